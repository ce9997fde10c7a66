//! Names for takes: an adjective and a noun that begin alike.

use crate::score::{Seed, Tick};

/// The name of the take that begins at `begin`, drawn by the seed.
pub fn name(seed: Seed, begin: Tick) -> String {
    let mut stream = seed.stream(begin.0.cast_unsigned() ^ SALT);
    let mut draw = |count: usize| {
        let below = u64::try_from(count.max(1)).unwrap_or(1);
        usize::try_from(stream.next_u64() % below).unwrap_or(0)
    };
    let (adjectives, nouns) = WORDS[draw(WORDS.len())];
    let word =
        |words: &str, place: usize| words.split(' ').nth(place).unwrap_or_default().to_owned();
    let first = word(adjectives, draw(adjectives.split(' ').count()));
    let second = word(nouns, draw(nouns.split(' ').count()));
    format!("{first} {second}")
}

/// Keeps names apart from the streams that windows are drawn from.
const SALT: u64 = 0x7A6B_E5AA_17E5_0000;

/// Adjectives and nouns, letter by letter.
pub(super) const WORDS: [(&str, &str); 26] = [
    (
        "Airy Amber Ample Agile Able Autumn Artful Azure",
        "Anthem Aria Arpeggio Acorn Arbor Avenue Anchor Aurora",
    ),
    (
        "Bold Breezy Bright Bouncy Blue Balmy Brave Brisk",
        "Ballad Bolero Beacon Brook Bell Bridge Blossom Banjo",
    ),
    (
        "Calm Candid Cheery Clear Cosy Crisp Curious Copper",
        "Cadence Canon Carol Canyon Chorus Comet Cello Cloud",
    ),
    (
        "Daring Dainty Dapper Deep Dreamy Dusky Dancing Dulcet",
        "Ditty Dance Dawn Delta Drum Duet Dove Dune",
    ),
    (
        "Eager Early Easy Earnest Elegant Even Electric Ember",
        "Echo Elegy Encore Etude Evening Ensemble Elm Eagle",
    ),
    (
        "Fair Fleet Fluent Fond Fresh Friendly Fiery Free",
        "Fanfare Fiddle Finch Flame Flute Forest Fountain Fugue",
    ),
    (
        "Gentle Giddy Glad Gleaming Golden Graceful Grand Green",
        "Galliard Garden Gavotte Glade Glow Groove Guitar Gull",
    ),
    (
        "Happy Hazy Hearty Hidden High Honest Hopeful Humming",
        "Harbor Harmony Harp Haven Hill Horizon Hornpipe Hymn",
    ),
    (
        "Idle Icy Ideal Indigo Inner Inviting Ivory Inventive",
        "Impromptu Idyll Interlude Intro Iris Island Ivy Inlet",
    ),
    (
        "Jaunty Jazzy Jolly Jovial Joyful Jubilant Just Jade",
        "Jam Jig Jingle Journey Jubilee June Juniper Jasmine",
    ),
    (
        "Keen Kind Kindred Kinetic Kingly Knowing Kindly Kaleidoscopic",
        "Kalimba Keynote Kestrel Key Kettledrum Kite Kora Keel",
    ),
    (
        "Lazy Light Lilting Limber Lively Lofty Loyal Lucid",
        "Lagoon Lark Largo Lantern Lullaby Lute Lyric Lilac",
    ),
    (
        "Mellow Merry Mild Misty Modest Moonlit Moving Magic",
        "Madrigal March Marimba Meadow Melody Minuet Mirror Motif",
    ),
    (
        "Neat New Nifty Nimble Noble Noted Northern Novel",
        "Nectar Nest Night Nocturne Nonet Notion Nutmeg Number",
    ),
    (
        "Oaken Open Orange Ornate Outgoing Opal Olive Original",
        "Oboe Ocean Octave Ode Offbeat Opus Orchard Overture",
    ),
    (
        "Patient Placid Playful Pleasant Plucky Polished Proud Pure",
        "Partita Pavane Pearl Pebble Piano Polka Prelude Promenade",
    ),
    (
        "Quaint Quick Quiet Quirky Quilted Quintessential Questing Quizzical",
        "Quadrille Quarry Quartet Quaver Quest Quill Quintet Quay",
    ),
    (
        "Radiant Rapid Ready Regal Restful Rosy Rolling Rustic",
        "Rag Rainbow Reel Refrain Rhapsody River Romance Rondo",
    ),
    (
        "Serene Silver Simple Smooth Soft Sunny Swift Steady",
        "Samba Serenade Shore Sonata Song Sparrow Star Stream",
    ),
    (
        "Tender Tidy Tranquil True Twilit Tuneful Tawny Thoughtful",
        "Tango Thicket Thrush Toccata Tower Tremolo Trio Tune",
    ),
    (
        "Upbeat Ultramarine Unhurried Upward Urban Unfolding Untold Useful",
        "Ukulele Umbrella Undertone Unison Universe Upland Upswing Utopia",
    ),
    (
        "Valiant Velvet Verdant Vernal Vibrant Vivid Vital Violet",
        "Valley Variation Verse Vibraphone Viola Vista Voice Voyage",
    ),
    (
        "Wandering Warm Whimsical Wide Willing Windy Winsome Wise",
        "Waltz Wave Whistle Willow Window Wonder Woodwind Wren",
    ),
    ("Xanthic Xenial", "Xebec Xenia Xiao Xote Xylophone"),
    (
        "Yearning Yellow Yielding Young Youthful Yonder Yare Yuletide",
        "Yard Yarn Yarrow Year Yodel Yew Yonder Yacht",
    ),
    (
        "Zany Zealous Zesty Zippy Zonal Zen Zigzag Zestful",
        "Zephyr Zenith Zest Zinnia Zither Zone Zydeco Zarzuela",
    ),
];
