//! A list of takes through edits, undone and done again.

use super::*;
use crate::score::take::Music;

fn take(name: &str) -> Take {
    Take {
        name: name.to_owned(),
        starred: false,
        tags: String::new(),
        music: Arc::new(Music::default()),
        making: Arc::default(),
    }
}

/// Names in order, a star after those that have one.
fn text(takes: &Takes, search: &str, order: Order) -> String {
    let found = takes.found(search, order);
    let name = |take: &Take| format!("{}{}", take.name, if take.starred { "*" } else { "" });
    found.into_iter().map(|it| name(it.1)).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_edit_is_undone_and_done_again() {
    let mut takes = Takes::default();
    let mut seen = vec![text(&takes, "", Order::Newest)];
    let a = takes.keep(take("Airy Aria")).unwrap();
    seen.push(text(&takes, "", Order::Newest));
    let b = takes.keep(take("Blue Bolero")).unwrap();
    seen.push(text(&takes, "", Order::Newest));
    takes.star(a);
    seen.push(text(&takes, "", Order::Newest));
    takes.rename(b, " Bold  Banjo ").unwrap();
    seen.push(text(&takes, "", Order::Newest));
    takes.delete(a);
    seen.push(text(&takes, "", Order::Newest));
    assert_eq!(seen[4..], ["Bold  Banjo, Airy Aria*", "Bold  Banjo"]);
    for expected in seen.iter().rev().skip(1) {
        assert!(takes.undo());
        assert_eq!(text(&takes, "", Order::Newest), *expected);
    }
    assert!(!takes.undo());
    for expected in &seen[1..] {
        assert!(takes.redo());
        assert_eq!(text(&takes, "", Order::Newest), *expected);
    }
    assert!(!takes.redo());
    takes.undo();
    takes.star(b);
    assert!(takes.newest_undone().is_none(), "a new edit forgets what was undone");
}

#[test]
fn what_changes_nothing_is_no_edit() {
    let mut takes = Takes::new(vec![take("Airy Aria")]);
    takes.rename(TakeId(0), "Airy Aria").unwrap();
    takes.star(TakeId(7));
    takes.delete(TakeId(7));
    takes.tag(TakeId(0), "  ");
    assert_eq!(takes.rename(TakeId(0), " "), Err(Refused::Nameless));
    assert_eq!((takes.newest_edit(), takes.edits()), (None, (0, 0)));
}

#[test]
fn it_says_what_would_be_undone() {
    let mut takes = Takes::new(vec![take("Airy Aria")]);
    let says = |takes: &Takes| takes.newest_edit().unwrap();
    takes.keep(take("Jig")).unwrap();
    assert_eq!(says(&takes), "keeping “Jig”");
    takes.rename(TakeId(1), "Reel").unwrap();
    assert_eq!(says(&takes), "naming “Jig” “Reel”");
    takes.star(TakeId(0));
    assert_eq!(says(&takes), "the star of “Airy Aria”");
    takes.tag(TakeId(0), "slow");
    assert_eq!(says(&takes), "the tags of “Airy Aria”");
    takes.delete(TakeId(1));
    assert_eq!(says(&takes), "deleting “Reel”");
    takes.keep_all(vec![take("A"), take("B")]).unwrap();
    assert_eq!(says(&takes), "keeping 2 takes");
    takes.keep(take("A")).unwrap();
    assert_eq!(says(&takes), "keeping “A 2”", "as it is called in the list");
    takes.undo();
    takes.undo();
    assert_eq!(takes.newest_undone().unwrap(), "keeping 2 takes");
    assert_eq!((says(&takes), takes.edits()), (String::from("deleting “Reel”"), (7, 5)));
    (0..2).for_each(|_| assert!(takes.undo()));
    takes.redo();
    let both = (says(&takes), takes.newest_undone().unwrap());
    assert_eq!(both, (String::from("the tags of “Airy Aria”"), String::from("deleting “Reel”")));
}

#[test]
fn takes_are_found_and_ordered() {
    let mut takes = Takes::default();
    let ids: Vec<TakeId> = ["Airy Aria", "Blue Bolero", "Airy Aria"]
        .map(|name| takes.keep(take(name)).unwrap())
        .into();
    takes.star(ids[0]);
    takes.tag(ids[1], "slow, for the bridge");
    assert_eq!(text(&takes, "", Order::Newest), "Airy Aria 2, Blue Bolero, Airy Aria*");
    assert_eq!(text(&takes, "", Order::Starred), "Airy Aria*, Airy Aria 2, Blue Bolero");
    assert_eq!(text(&takes, "aria", Order::Newest), "Airy Aria 2, Airy Aria*");
    assert_eq!(text(&takes, "BRIDGE bol", Order::Newest), "Blue Bolero");
}

#[test]
fn a_full_list_refuses_and_loses_nothing() {
    let mut takes = Takes::with_limit(Vec::new(), 2000);
    while takes.keep(take("Airy Aria")).is_ok() {}
    let before = text(&takes, "", Order::Newest);
    assert!(takes.len() >= 2 && takes.bytes() <= 2000);
    let refused = takes.keep(take("Blue Bolero")).unwrap_err();
    assert_eq!(refused, Refused::Full { limit_bytes: 2000 });
    assert_eq!(text(&takes, "", Order::Newest), before);
    takes.delete(TakeId(0));
    assert!(takes.keep(take("Blue Bolero")).is_ok());
}
