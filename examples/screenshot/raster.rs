//! A small software renderer for egui's triangles.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels and colors are clamped before they are cast"
)]

use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use egui::epaint::textures::TexturesDelta;
use egui::epaint::{ClippedPrimitive, ImageData, Mesh, Primitive, TextureId, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, pos2};

/// A picture being painted, in premultiplied colors of 0 to 255.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
    textures: HashMap<TextureId, ColorImage>,
}

impl Canvas {
    pub(crate) fn new(width: f32, height: f32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, pixels: vec![[0.0; 4]; width * height], textures: HashMap::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.pixels.fill([0.0, 0.0, 0.0, 255.0]);
    }

    /// Take over new and changed textures.
    pub(crate) fn update(&mut self, delta: &TexturesDelta) {
        let changes = delta
            .set
            .iter()
            .flat_map(|(id, changes)| changes.iter().map(move |change| (id, change)));
        for (id, change) in changes {
            let ImageData::Color(image) = &change.image;
            match (change.pos, self.textures.get_mut(id)) {
                (Some([left, top]), Some(texture)) => {
                    for y in 0..image.height() {
                        let from = &image.pixels[y * image.width()..][..image.width()];
                        let start = (top + y) * texture.width() + left;
                        texture.pixels[start..start + image.width()].copy_from_slice(from);
                    }
                }
                _ => {
                    self.textures.insert(*id, (**image).clone());
                }
            }
        }
    }

    pub(crate) fn paint(&mut self, pieces: &[ClippedPrimitive], scale: f32) {
        for piece in pieces {
            if let Primitive::Mesh(mesh) = &piece.primitive {
                self.mesh(mesh, piece.clip_rect * scale, scale);
            }
        }
    }

    fn mesh(&mut self, mesh: &Mesh, clip: Rect, scale: f32) {
        let Some(texture) = self.textures.remove(&mesh.texture_id) else { return };
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize]);
            self.triangle(corners, &texture, clip, scale);
        }
        self.textures.insert(mesh.texture_id, texture);
    }

    fn triangle(&mut self, mut corners: [Vertex; 3], texture: &ColorImage, clip: Rect, scale: f32) {
        let at = |vertex: &Vertex| pos2(vertex.pos.x * scale, vertex.pos.y * scale);
        let area = cross(at(&corners[0]), at(&corners[1]), at(&corners[2]));
        if area == 0.0 {
            return;
        }
        if area < 0.0 {
            corners.swap(1, 2);
        }
        let area = area.abs();
        let places = [at(&corners[0]), at(&corners[1]), at(&corners[2])];
        let bounds = Rect::from_points(&places).intersect(clip);
        let limit = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        for y in
            limit(bounds.top().floor(), self.height)..limit(bounds.bottom().ceil(), self.height)
        {
            for x in
                limit(bounds.left().floor(), self.width)..limit(bounds.right().ceil(), self.width)
            {
                let here = pos2(x as f32 + 0.5, y as f32 + 0.5);
                if !clip.contains(here) {
                    continue;
                }
                let [a, b, c] = places;
                let shares = [cross(b, c, here), cross(c, a, here), cross(a, b, here)];
                let edges = [(b, c), (c, a), (a, b)];
                if shares.iter().zip(edges).all(|(share, (from, to))| inside(*share, from, to)) {
                    let shares = shares.map(|share| share / area);
                    self.blend(x, y, mixed(&corners, shares, texture));
                }
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, over: [f32; 4]) {
        let pixel = &mut self.pixels[y * self.width + x];
        let through = 1.0 - over[3] / 255.0;
        for (under, over) in pixel.iter_mut().zip(over) {
            *under = (*under * through + over).min(255.0);
        }
    }

    /// With a palette, which keeps the files small: a window has few colors.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let bytes: Vec<[u8; 3]> = self
            .pixels
            .iter()
            .map(|[red, green, blue, _]| [*red, *green, *blue].map(|part| part.round() as u8))
            .collect();
        let (palette, places) = palette(&bytes);
        let file = BufWriter::new(File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.write_header()?.write_image_data(&places)?;
        Ok(())
    }
}

/// Most colors of a picture.
const COLORS: usize = 256;

/// The commonest colors, and for each pixel the place of the one nearest to its own.
fn palette(pixels: &[[u8; 3]]) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colors: Vec<([u8; 3], usize)> = counts.iter().map(|it| (*it.0, *it.1)).collect();
    colors.sort_by_key(|it| (std::cmp::Reverse(it.1), it.0));
    // Colors near to a commoner one add nothing to be seen.
    let mut chosen: Vec<[u8; 3]> = Vec::new();
    for least in [40, 12, 0] {
        for (color, _) in &colors {
            if chosen.len() < COLORS && chosen.iter().all(|it| distance(*it, *color) > least) {
                chosen.push(*color);
            }
        }
    }
    let nearest = |color: [u8; 3]| {
        let place = (0..chosen.len()).min_by_key(|place| distance(chosen[*place], color));
        place.unwrap_or_default() as u8
    };
    let places: HashMap<[u8; 3], u8> = counts.keys().map(|it| (*it, nearest(*it))).collect();
    let places = pixels.iter().map(|pixel| places[pixel]).collect();
    (chosen, places)
}

/// Squared.
fn distance(one: [u8; 3], other: [u8; 3]) -> i32 {
    let apart = one.iter().zip(other).map(|(a, b)| i32::from(*a) - i32::from(b));
    apart.map(|it| it * it).sum()
}

/// Twice the area of the triangle, positive if it turns clockwise on the screen.
fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Whether a point is on the inner side of an edge. Points on a shared edge belong to one triangle only.
fn inside(share: f32, from: Pos2, to: Pos2) -> bool {
    share > 0.0 || (share == 0.0 && (to.y > from.y || (to.y == from.y && to.x < from.x)))
}

/// The color of a point with these shares of the corners.
fn mixed(corners: &[Vertex; 3], shares: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let sum = |of: &dyn Fn(&Vertex) -> f32| {
        corners.iter().zip(shares).map(|(corner, share)| of(corner) * share).sum::<f32>()
    };
    let texel = sampled(texture, sum(&|corner| corner.uv.x), sum(&|corner| corner.uv.y));
    [0, 1, 2, 3]
        .map(|part| sum(&|corner| f32::from(corner.color.to_array()[part])) * texel[part] / 255.0)
}

/// The texture between its nearest four texels.
fn sampled(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let (x, y) = (u * texture.width() as f32 - 0.5, v * texture.height() as f32 - 0.5);
    let texel = |x: f32, y: f32| {
        let x = (x.max(0.0) as usize).min(texture.width() - 1);
        let y = (y.max(0.0) as usize).min(texture.height() - 1);
        let color: Color32 = texture.pixels[y * texture.width() + x];
        color.to_array().map(f32::from)
    };
    let (left, top) = (x.floor(), y.floor());
    let (right, low) = (x - left, y - top);
    let corners = [
        (texel(left, top), (1.0 - right) * (1.0 - low)),
        (texel(left + 1.0, top), right * (1.0 - low)),
        (texel(left, top + 1.0), (1.0 - right) * low),
        (texel(left + 1.0, top + 1.0), right * low),
    ];
    [0, 1, 2, 3].map(|part| corners.iter().map(|(color, share)| color[part] * share).sum())
}
