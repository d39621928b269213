// dependencies: openai@7.59.0 zod@4.6.7
// setup: new OpenAI({ baseURL: "http://HOST:8000/v1", apiKey: KEY })
// OpenAI's SDK for JavaScript.
import OpenAI, { toFile } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { baseURL, isTotal, key, model, picture, shows, step, uri } from "./steps.mjs";

const client = new OpenAI({ baseURL, apiKey: key });
const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url: uri } }] }];
const input = [{ role: "user", content: [{ type: "input_image", image_url: uri, detail: "auto" }] }];
const Receipt = z.object({ total: z.number().nullable(), company: z.string().nullable() });

await step("models", async () => shows((await client.models.list()).data.map((one) => one.id).join(), model));
await step("chat", async () => shows((await client.chat.completions.create({ model, messages })).choices[0].message.content));
await step("chat, streamed", async () => {
  let text = "";
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) text += chunk.choices[0]?.delta?.content ?? "";
  shows(text);
});
await step("chat, parsed", async () => {
  const done = await client.chat.completions.parse({ model, messages, response_format: zodResponseFormat(Receipt, "receipt") });
  isTotal(done.choices[0].message.parsed.total);
});
await step("responses", async () => shows((await client.responses.create({ model, input })).output_text));
await step("responses, parsed", async () => {
  const done = await client.responses.parse({ model, input, text: { format: zodTextFormat(Receipt, "receipt") } });
  isTotal(done.output_parsed.total);
});
await step("responses, streamed", async () => shows((await client.responses.stream({ model, input }).finalResponse()).output_text));
await step("files", async () => {
  const stored = await client.files.create({ file: await toFile(picture, "a.png"), purpose: "user_data" });
  const content = [{ type: "input_file", file_id: stored.id }];
  shows((await client.responses.create({ model, input: [{ role: "user", content }] })).output_text);
  await client.files.delete(stored.id);
});
