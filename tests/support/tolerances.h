// How close is equal: the one table for comparisons with the reference implementation.
#pragma once

namespace easel::testing {

// max|a − b| ≤ this · max|b| for embeddings, predictions, latents (fp32, CPU).
inline constexpr double kRelativeFp32 = 1e-5;
// max|a − b| ≤ this · max|b| for attention in chunks and whole.
inline constexpr double kChunkedAttention = 1e-5;
// max|a − b| for pictures within 0…1 (fp32, CPU, same seed).
inline constexpr double kPictureFp32 = 5e-5;
// How many dB of PSNR against our fp32 picture bf16 and fp16 may be behind what the reference
// reaches there.
inline constexpr double kHalfPsnrSlackDb = 1.0;
// Pearson's correlation of a preview with the picture that is decoded and averaged to its size: at
// least.
inline constexpr double kPreviewCorrelation = 0.6;
// max|a − b| of a picture within 0…1 decoded in tiles and decoded whole: away from the seams.
inline constexpr double kTiledPicture = 2e-2;
// The same within the seams.
inline constexpr double kTiledSeam = 6e-2;
// max|a − b| ≤ this · max|b| for latents encoded in tiles and encoded whole.
inline constexpr double kTiledLatents = 5e-2;

}  // namespace easel::testing
