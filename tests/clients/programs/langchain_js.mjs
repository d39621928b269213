// dependencies: @langchain/openai@1.6.0 @langchain/core@1.4.0 zod@4.6.7
// setup: new ChatOpenAI({ model: "pp-ocrv6-small", apiKey: KEY, configuration: { baseURL: "http://HOST:8000/v1" } })
// LangChain for JavaScript.
import { HumanMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";
import { baseURL, isTotal, key, model, shows, step, uri } from "./steps.mjs";

const question = [new HumanMessage({ content: [{ type: "image_url", image_url: { url: uri } }] })];
const schema = z.object({ total: z.number(), company: z.string().nullable() });
for (const useResponsesApi of [false, true]) {
  const name = useResponsesApi ? "responses" : "chat";
  const chat = new ChatOpenAI({ model, apiKey: key, configuration: { baseURL }, useResponsesApi });
  await step(name, async () => shows((await chat.invoke(question)).text));
  for (const method of ["jsonSchema", "functionCalling"])
    await step(`${name}, ${method}`, async () => isTotal((await chat.withStructuredOutput(schema, { method }).invoke(question)).total));
}
