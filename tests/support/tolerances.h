// How close is equal: the one table for comparisons with the reference implementation.
#pragma once

namespace easel::testing {

// max|a − b| ≤ this · max|b| for embeddings, predictions, latents (fp32, CPU).
inline constexpr double kRelativeFp32 = 1e-5;
// max|a − b| ≤ this · max|b| for attention in chunks and whole.
inline constexpr double kChunkedAttention = 1e-5;
// max|a − b| for pictures within 0…1 (fp32, CPU, same seed).
inline constexpr double kPictureFp32 = 5e-5;
// max|a − b| for pictures within 0…1 of a GPU and the CPU (fp32, where the GPU multiplies in TF32).
// A guess: it has not run on a GPU.
inline constexpr double kPictureGpu = 5e-2;
// How many dB of PSNR against our fp32 picture bf16 and fp16 may be behind what the reference
// reaches there.
inline constexpr double kHalfPsnrSlackDb = 1.0;
// Pearson's correlation of a preview with the picture that is decoded and averaged to its size: at
// least.
inline constexpr double kPreviewCorrelation = 0.6;
// max|a − b| of a picture within 0…1 decoded in tiles and decoded whole, fp32; times max|b| for
// latents, and for what the steps of an autoencoder give.
inline constexpr double kTiledFp32 = 1e-5;
// The same in bf16, times max|b|.
inline constexpr double kTiledBf16 = 2e-2;

}  // namespace easel::testing
