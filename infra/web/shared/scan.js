/** Reading a QR code or a barcode with the camera, where the browser can (BarcodeDetector, Shape Detection API). */
const EVERY_MS = 200;

export const canScan = () => "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

/** Looks through the camera into `video` until `found(text)` says it is what was sought → stop(). Throws if not allowed. */
export async function scan(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
  let looking = true;
  const stop = () => {
    looking = false;
    stream.getTracks().forEach((track) => track.stop());
  };
  video.srcObject = stream;
  await video.play();
  const look = async () => {
    if (!looking) return;
    const codes = await detector.detect(video).catch(() => []);
    if (codes.some(({ rawValue }) => looking && found(rawValue))) stop();
    else setTimeout(look, EVERY_MS);
  };
  void look();
  return stop;
}
