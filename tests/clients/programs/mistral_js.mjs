// dependencies: @mistralai/mistralai@2.7.0
// setup: new Mistral({ apiKey: KEY, serverURL: "http://HOST:8000" })
// Mistral's SDK for JavaScript.
import { Mistral } from "@mistralai/mistralai";
import { key, model, picture, rootURL, shows, step, uri } from "./steps.mjs";

const client = new Mistral({ apiKey: key, serverURL: rootURL });
await step("models", async () => shows((await client.models.list()).data.map((one) => one.id).join(), model));
await step("ocr", async () => shows((await client.ocr.process({ model, document: { type: "image_url", imageUrl: uri } })).pages[0].markdown));
await step("chat", async () => {
  const content = [{ type: "image_url", imageUrl: uri }];
  shows((await client.chat.complete({ model, messages: [{ role: "user", content }] })).choices[0].message.content);
});
await step("files, signed address, ocr", async () => {
  const stored = await client.files.upload({ file: { fileName: "a.png", content: picture }, purpose: "ocr" });
  const { url } = await client.files.getSignedUrl({ fileId: stored.id });
  shows((await client.ocr.process({ model, document: { type: "document_url", documentUrl: url } })).pages[0].markdown);
  await client.files.delete({ fileId: stored.id });
});
