// A picture out of a file that the user chose, as a data URL. Throws an Error in plain words.

const TYPES = new Set(['image/png', 'image/jpeg', 'image/webp']);
// What the server takes, less what base64 adds.
const MOST_BYTES = 18 * 1024 * 1024;

export async function readPicture(file) {
  if (!file) throw new Error('Choose a picture.');
  if (!TYPES.has(file.type)) throw new Error('Only PNG, JPEG and WebP pictures can be used.');
  if (file.size > MOST_BYTES) throw new Error('This picture has more than 18 MB; a smaller one is needed.');
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error('This file could not be read.'));
    reader.readAsDataURL(file);
  });
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    throw new Error('This file is damaged, or no picture.');
  }
  return url;
}
