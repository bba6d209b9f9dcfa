"""The golden cases: what the three diffusers pipelines are asked to draw.

A case is the arguments of `easel generate` under their own names; what is missing has the default.
"""

DEFAULTS = dict(
    width=64, height=64, steps=4, guidance=3.5, true_cfg=1.0, seed=0, num_images=1,
    max_sequence_length=32,
)

LONG_PROMPT = (
    "an oil painting of a lighthouse in a storm by the sea, dramatic clouds, soft light, 4k, "
    "highly detailed, a cat holding a sign that says hello world, it's raining and they'll "
    "stay; "
) * 4
NON_LATIN = "白い背景に赤い丸。Красный круг на белом фоне, دائرة حمراء 🎨 👩‍🎨 वृत्त"


def case(model, prompt):
    return dict(DEFAULTS, model=model, prompt=prompt)


def merged(base, **changes):
    return {**base, **changes}


CASES = {
    # dev_a: as published, only small
    "a_square": merged(case("dev_a", "a red circle on a white background"), steps=5),
    "a_wide": merged(
        case("dev_a", "a wide mountain lake at sunrise"), width=96, height=48, seed=42),
    "a_seven_steps": merged(
        case("dev_a", "a blue square left of a green triangle"), steps=7, guidance=7.5, seed=3),
    "a_two_images": merged(case("dev_a", "two stars above a ring"), num_images=2, steps=3, seed=7),
    "a_long_prompt": merged(case("dev_a", LONG_PROMPT), steps=3, seed=11),
    "a_default_length": merged(
        case("dev_a", "a small boat"), steps=2, max_sequence_length=512, seed=12),
    "a_empty_prompt": merged(case("dev_a", ""), steps=2, width=32, height=48, seed=1),
    "a_non_latin": merged(
        case("dev_a", NON_LATIN), steps=2, width=32, height=32, max_sequence_length=128, seed=2),
    "a_seed_above_32_bits": merged(
        case("dev_a", "a heart and a cross"), steps=3, width=48, seed=2**32 + 12345),
    "a_true_cfg": merged(
        case("dev_a", "a yellow star"), negative_prompt="blurry, low quality, text",
        true_cfg=2.5, steps=3, seed=21),
    "a_img2img": merged(
        case("dev_a", "a watercolor of a house"), image="init_100x75.png", strength=0.6,
        steps=5, seed=31),
    "a_inpaint": merged(
        case("dev_a", "a purple diamond"), image="init_64x64.png", mask="mask_soft_80x60.png",
        strength=1.0, steps=4, seed=41),
    # dev_b: every size different
    "b_tall": merged(case("dev_b", "a tall lighthouse"), width=48, height=72, steps=3, seed=5),
    "b_non_latin": merged(
        case("dev_b", NON_LATIN), width=64, height=48, max_sequence_length=48, seed=6),
    "b_no_guidance": merged(
        case("dev_b", "a ring"), width=40, height=40, steps=5, guidance=0.0, seed=8),
    "b_largest_seed": merged(
        case("dev_b", "a </s> of <extra_id_3> stars"), width=40, height=32, seed=2**53 - 1,
        steps=2),
    "b_true_cfg_empty_negative": merged(
        case("dev_b", "a green triangle"), width=40, height=48, negative_prompt="", true_cfg=4.0,
        num_images=2, steps=3, seed=22),
    "b_img2img_fraction": merged(
        case("dev_b", "a forest in the mist"), width=56, height=40, image="init_100x75.png",
        strength=0.45, steps=7, num_images=2, seed=32),
    "b_inpaint": merged(
        case("dev_b", "a cat"), width=48, height=48, image="init_100x75.png",
        mask="mask_hard_rgb_48x48.png", strength=0.7, steps=5, num_images=2, guidance=2.0, seed=42),
    "b_inpaint_true_cfg": merged(
        case("dev_b", "a dog"), width=40, height=40, image="init_64x64.png",
        mask="mask_soft_80x60.png", strength=0.5, steps=4, negative_prompt="a cat", true_cfg=1.5,
        seed=43),
    # schnell and the smallest
    "s_square": merged(case("schnell", "a pink cross below a cyan square"), guidance=0.0, seed=9),
    "s_wide_one_step": merged(
        case("schnell", "sunset over the city"), width=64, height=32, steps=1, guidance=0.0,
        max_sequence_length=256, seed=10),
    "s_img2img": merged(
        case("schnell", "neon signs in the rain"), image="init_64x64.png", strength=0.75, steps=3,
        seed=33),
    "u_square": merged(case("unit", "a black star"), width=24, height=24, steps=6, seed=13),
    "u_tall_two": merged(
        case("unit", "White Circle ~^` ＡＢＣ"), width=8, height=22, steps=2, num_images=2,
        max_sequence_length=16, seed=14),
}

# Cases that also run in bf16 and fp16 from the fp32 start latents.
HALF_PRECISION_CASES = ["a_square", "a_seven_steps", "b_tall", "b_no_guidance", "s_square"]

# Pictures that go through the VAE's encoder alone: one a model, sides a multiple of its factor.
ENCODED = {"dev_a": (48, 32), "dev_b": (32, 24), "schnell": (32, 32), "unit": (9, 7)}
