// Runs every DIR/<case>.onnx in onnxruntime-node on the images of DIR/<case>.f32 and writes its logits.
//
//     node run_onnx.cjs NODE_MODULES DIR
//
// DIR/cases.json: [{"name", "shape": [C, H, W], "batches": [N, …]}]. DIR/<case>.f32 holds the images of the largest batch;
// DIR/<case>.<N>.logits gets what the first N of them give.
"use strict";
const fs = require("fs");
const path = require("path");

async function main(modules, folder) {
    const ort = require(path.join(modules, "onnxruntime-node"));
    const cases = JSON.parse(fs.readFileSync(path.join(folder, "cases.json"), "utf8"));
    for (const { name, shape, batches } of cases) {
        const file = path.join(folder, name);
        const session = await ort.InferenceSession.create(file + ".onnx", {
            executionProviders: ["cpu"],
            intraOpNumThreads: 1,
            logSeverityLevel: 3,
        });
        const bytes = fs.readFileSync(file + ".f32");
        const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        const size = shape.reduce((product, side) => product * side, 1);
        for (const batch of batches) {
            const input = new ort.Tensor("float32", values.slice(0, batch * size), [batch, ...shape]);
            const { logits } = await session.run({ input });
            if (logits.dims[0] !== batch) throw new Error(`${name}: ${logits.dims} logits for ${batch} images`);
            fs.writeFileSync(`${file}.${batch}.logits`, Buffer.from(logits.data.buffer, logits.data.byteOffset, logits.data.byteLength));
        }
    }
    console.log(require(path.join(modules, "onnxruntime-node", "package.json")).version);
}

main(process.argv[2], process.argv[3]).catch((error) => {
    console.error(error);
    process.exit(1);
});
