// dependencies: ai@7.0.173 @ai-sdk/openai@4.0.118 @ai-sdk/openai-compatible@3.0.92 zod@4.6.7
// setup: createOpenAI({ baseURL: "http://HOST:8000/v1", apiKey: KEY })
// Vercel's AI SDK: OpenAI's responses, OpenAI's chat, and the provider for compatible servers.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, streamText } from "ai";
import { z } from "zod";
import { baseURL, isTotal, key, model, picture, shows, step } from "./steps.mjs";

const openai = createOpenAI({ baseURL, apiKey: key });
const compatible = createOpenAICompatible({ name: "pageglass", baseURL, apiKey: key });
const structured = createOpenAICompatible({ name: "pageglass", baseURL, apiKey: key, supportsStructuredOutputs: true });
const schema = z.object({ total: z.number(), company: z.string().nullable() });
const messages = [{ role: "user", content: [{ type: "image", image: picture }] }];

for (const [name, reader] of [["responses", openai(model)], ["chat", openai.chat(model)], ["compatible", compatible(model)]]) {
  await step(`${name}, text`, async () => shows((await generateText({ model: reader, messages })).text));
  await step(`${name}, streamed`, async () => shows(await streamText({ model: reader, messages }).text));
  await step(`${name}, object`, async () => isTotal((await generateObject({ model: reader, messages, schema })).object.total));
}
await step("compatible with supportsStructuredOutputs, object", async () =>
  isTotal((await generateObject({ model: structured(model), messages, schema })).object.total));
