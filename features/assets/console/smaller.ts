/** Longest side of a picture that is sent, in pixels. */
const longest = 1600;

/** The size of a picture whose longer side is at most `most`. */
export function within(width: number, height: number, most: number): [number, number] {
  const scale = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/**
 * A picture drawn anew, no larger than is looked at. What the camera wrote into the file, such as where it was taken, stays behind.
 * Throws where the browser cannot read it.
 */
export async function smaller(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const [width, height] = within(picture.width, picture.height, longest);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  picture.close();
  return new Promise((done, failed) => {
    canvas.toBlob(
      (blob) => {
        if (blob) done(blob);
        else failed(new Error('the picture could not be written'));
      },
      'image/jpeg',
      0.85,
    );
  });
}
