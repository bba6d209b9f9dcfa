// Sizes that a model can draw. Pure functions.

// Diffusion models work on blocks of pixels; 16 fits all of them.
const BLOCK = 16;
const SMALLEST = 16;
const USUAL_SIDE = 1024;
const ASPECTS = [
  ['Square', 1, 1], ['Portrait', 3, 4], ['Landscape', 4, 3], ['Tall', 9, 16], ['Wide', 16, 9],
];

// The sides that a request may have: the model's own range, the operator's and the server's limit.
export function sideRange(model, maxImageSide) {
  const limits = [model?.allowed?.side?.[1], model?.max_side, maxImageSide].filter((limit) => limit > 0);
  return {lowest: model?.allowed?.side?.[0] ?? SMALLEST, highest: limits.length > 0 ? Math.min(...limits) : null};
}

function toBlocks(side, range) {
  const highest = range.highest === null ? Infinity : Math.floor(range.highest / BLOCK) * BLOCK;
  const lowest = Math.ceil(range.lowest / BLOCK) * BLOCK;
  return Math.max(lowest, Math.min(highest, Math.round(side / BLOCK) * BLOCK));
}

// The size of this aspect whose longer side is `side`.
function sized(width, height, side, range) {
  const scale = side / Math.max(width, height);
  return {width: toBlocks(width * scale, range), height: toBlocks(height * scale, range)};
}

function longerSide(model, range) {
  const {width, height} = model?.recommended ?? {};
  const side = Math.max(width ?? 0, height ?? 0) || USUAL_SIDE;
  return range.highest === null ? side : Math.min(side, range.highest);
}

// [{name, width, height}], those with the longer side that suits the model.
export function presets(model, range) {
  const side = longerSide(model, range);
  return ASPECTS.map(([name, width, height]) => ({name, ...sized(width, height, side, range)}));
}

// The model's recommended size within its limits, or null where it recommends none.
export function recommendedSize(model, range) {
  const {width, height} = model?.recommended ?? {};
  if (!width || !height) return null;
  return sized(width, height, longerSide(model, range), range);
}

// A size for a picture to start from: its own where it fits, else as large as the model likes.
export function sizeLike(picture, model, range) {
  const longest = Math.max(picture.width, picture.height);
  const fits = picture.width % BLOCK === 0 && picture.height % BLOCK === 0 && Math.min(picture.width, picture.height) >= range.lowest;
  const side = fits ? Math.min(longest, range.highest ?? longest) : longerSide(model, range);
  return sized(picture.width, picture.height, side, range);
}
