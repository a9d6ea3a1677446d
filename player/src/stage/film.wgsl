// A movie frame in two planes (brightness; colour at half size) as colours in linear light.
#import bevy_ui::ui_vertex_output::UiVertexOutput

// x, y: share of red and blue in brightness; z: 1 where all values are used, 0 for the values of television.
@group(1) @binding(0) var<uniform> colours: vec4<f32>;
@group(1) @binding(1) var luma: texture_2d<f32>;
@group(1) @binding(2) var smooth_sampler: sampler;
@group(1) @binding(3) var chroma: texture_2d<f32>;
@group(1) @binding(4) var dial: texture_2d<f32>;

// The curve of sRGB as a polynomial: no step of 8 bits is off by more than one, and software renderers are twice as fast.
fn linear(value: vec3<f32>) -> vec3<f32> {
    return value * (value * (value * 0.305306011 + vec3(0.682171111)) + vec3(0.012522878));
}

@fragment
fn fragment(in: UiVertexOutput) -> @location(0) vec4<f32> {
    let full = colours.z > 0.5;
    let raw_y = textureSample(luma, smooth_sampler, in.uv).r;
    let raw_c = textureSample(chroma, smooth_sampler, in.uv).rg - vec2(128.0 / 255.0);
    let y = select((raw_y - 16.0 / 255.0) * (255.0 / 219.0), raw_y, full);
    let c = select(raw_c * (255.0 / 224.0), raw_c, full);
    let red = y + 2.0 * (1.0 - colours.x) * c.g;
    let blue = y + 2.0 * (1.0 - colours.y) * c.r;
    let green = (y - colours.x * red - colours.y * blue) / (1.0 - colours.x - colours.y);
    let cover = textureLoad(dial, vec2<i32>(0, 0), 0).r;
    return vec4(linear(clamp(vec3(red, green, blue), vec3(0.0), vec3(1.0))), cover);
}
