/** What reads codes in the browser, where the browser has it (Chrome on Android, Safari does not). */
interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector;
  }
}

export const canScan = (): boolean => window.BarcodeDetector !== undefined && 'mediaDevices' in navigator;

/** The asset that a label's square names; null if it is something else. Labels of a server that moved still count: only the id matters. */
export function assetOf(text: string): string | null {
  const found = /\/a\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i.exec(text.trim());
  return found?.[1]?.toLowerCase() ?? null;
}

/** Shows the camera's picture and hands each code over once. Returns what ends it. */
export async function scan(video: HTMLVideoElement, onRead: (text: string) => void): Promise<() => void> {
  const Reader = window.BarcodeDetector;
  if (!Reader) throw new Error('no reader of codes');
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const reader = new Reader({ formats: ['qr_code'] });
  video.srcObject = stream;
  await video.play();
  let last = '';
  let running = true;
  const look = async (): Promise<void> => {
    if (!running) return;
    try {
      const [first] = await reader.detect(video);
      if (first && first.rawValue !== last) {
        last = first.rawValue;
        onRead(first.rawValue);
      }
    } catch {
      // A picture that cannot be read is followed by the next one.
    }
    // A few times a second is as fast as somebody holds labels before it, and spares the battery.
    setTimeout(() => void look(), 250);
  };
  void look();
  return () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
