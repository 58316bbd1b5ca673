/** Reading aloud, with the voice of the device. */
import { language } from "/shared/language.js";

const VOICES = { en: "en-GB", zh: "zh-CN" };

export const canSpeak = () => "speechSynthesis" in globalThis;

export function speak(sentence) {
  const said = new SpeechSynthesisUtterance(sentence);
  said.lang = VOICES[language.value];
  said.rate = 0.9;
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}
