"""The tiny FLUX checkpoints: what they vary is what a checkpoint's configs may vary.

`tokenizer` and `tokenizer_2` name folders of tests/data/tokenizers.
"""

DOWN, UP = "DownEncoderBlock2D", "UpDecoderBlock2D"


def vae(channels, **config):
    levels = len(channels)
    return dict(
        block_out_channels=channels,
        down_block_types=[DOWN] * levels,
        up_block_types=[UP] * levels,
        sample_size=64,
        force_upcast=False,
        **config,
    )


# Dev: as published, only small. CLIP keys carry the published prefix `text_model.`.
DEV_A = dict(
    tokenizer="clip_hub",
    tokenizer_2="t5_hub",
    transformer=dict(
        in_channels=16, num_layers=2, num_single_layers=2, attention_head_dim=12,
        num_attention_heads=2, joint_attention_dim=24, pooled_projection_dim=28,
        guidance_embeds=True, axes_dims_rope=[4, 4, 4],
    ),
    vae=vae(
        [4, 8, 8, 8], layers_per_block=1, norm_num_groups=2, latent_channels=4,
        scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False,
    ),
    clip=dict(
        vocab_size=1214, hidden_size=28, intermediate_size=56, num_hidden_layers=2,
        num_attention_heads=4, hidden_act="quick_gelu", projection_dim=28,
        bos_token_id=0, eos_token_id=2,  # the legacy value: pooled where the id is largest
    ),
    t5=dict(
        vocab_size=804, d_model=24, d_kv=8, num_heads=3, d_ff=48, num_layers=2,
        feed_forward_proj="gated-gelu",
    ),
    scheduler=dict(shift=3.0, use_dynamic_shifting=True),
)

# Another dev: every size, eps and factor different; head width 8; VAE factor 4 with quant convs;
# two transformer shards; a spiece.model alone; the position_ids that older exports carry.
DEV_B = dict(
    tokenizer="clip_small",
    tokenizer_2="t5_spiece_hub",
    transformer=dict(
        in_channels=24, num_layers=1, num_single_layers=3, attention_head_dim=8,
        num_attention_heads=3, joint_attention_dim=28, pooled_projection_dim=36,
        guidance_embeds=True, axes_dims_rope=[2, 2, 4],
    ),
    vae=vae(
        [4, 8, 8], layers_per_block=2, norm_num_groups=2, latent_channels=6,
        scaling_factor=0.7, shift_factor=-0.05, use_quant_conv=True, use_post_quant_conv=True,
    ),
    clip=dict(
        vocab_size=810, hidden_size=36, intermediate_size=50, num_hidden_layers=2,
        num_attention_heads=3, hidden_act="gelu", projection_dim=20, layer_norm_eps=1e-4,
        max_position_embeddings=40, bos_token_id=802, eos_token_id=803,
    ),
    t5=dict(
        vocab_size=808, d_model=28, d_kv=6, num_heads=5, d_ff=40, num_layers=3,
        relative_attention_num_buckets=16, relative_attention_max_distance=40,
        layer_norm_epsilon=1e-5, feed_forward_proj="gated-gelu",
    ),
    scheduler=dict(
        shift=1.5, use_dynamic_shifting=True, base_shift=0.3, max_shift=1.3,
        base_image_seq_len=64, max_image_seq_len=1024, shift_terminal=0.05,
    ),
)

# Schnell: no guidance embedding, no shift, stored in bf16. T5 of version 1.0 (one `wi`, relu), no
# attention in the VAE's middle, only one of its two quant convs.
SCHNELL = dict(
    tokenizer="clip_hub",
    tokenizer_2="t5_small",
    transformer=dict(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=24, pooled_projection_dim=24,
        guidance_embeds=False, axes_dims_rope=[4, 6, 6],
    ),
    vae=vae(
        [4, 8, 8, 12], layers_per_block=1, norm_num_groups=2, latent_channels=4,
        scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=True, use_post_quant_conv=False,
        mid_block_add_attention=False,
    ),
    clip=dict(
        vocab_size=1214, hidden_size=24, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=2, hidden_act="quick_gelu", projection_dim=24,
        bos_token_id=1212, eos_token_id=1213,
    ),
    t5=dict(
        vocab_size=520, d_model=24, d_kv=8, num_heads=3, d_ff=37, num_layers=2,
        relative_attention_num_buckets=8, feed_forward_proj="relu",
    ),
    scheduler=dict(shift=1.0, use_dynamic_shifting=False),
)

# The smallest that there is, like the fixture of diffusers' own tests: one latent channel, VAE
# factor 1, one norm group, a constant shift, five CLIP layers. A second copy of the T5 embedding.
UNIT = dict(
    tokenizer="clip_small",
    tokenizer_2="t5_identity",
    transformer=dict(
        in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=8,
        num_attention_heads=2, joint_attention_dim=16, pooled_projection_dim=16,
        guidance_embeds=False, axes_dims_rope=[2, 2, 4],
    ),
    vae=vae(
        [4], layers_per_block=1, norm_num_groups=1, latent_channels=1,
        scaling_factor=1.5035, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
    ),
    clip=dict(
        vocab_size=1000, hidden_size=16, intermediate_size=21, num_hidden_layers=5,
        num_attention_heads=4, hidden_act="gelu", projection_dim=16,
        max_position_embeddings=77, bos_token_id=0, eos_token_id=2,
    ),
    t5=dict(
        vocab_size=520, d_model=16, d_kv=8, num_heads=3, d_ff=37, num_layers=1,
        relative_attention_num_buckets=8, feed_forward_proj="gated-gelu",
    ),
    scheduler=dict(shift=2.5, use_dynamic_shifting=False),
)

MODELS = {"dev_a": DEV_A, "dev_b": DEV_B, "schnell": SCHNELL, "unit": UNIT}
