// Takes the payload apart: base64, zlib, then arrays by name (`payload.py` packs them).

const KINDS = {
  int16: Int16Array, uint16: Uint16Array, uint8: Uint8Array, float32: Float32Array,
  float64: Float64Array,
};

export async function unpacked(text, blocks) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("this browser cannot inflate data (DecompressionStream, from 2023 on)");
  }
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(inflated).arrayBuffer();
  const found = {};
  for (const block of blocks) {
    found[block.name] = block.row ? accumulated(buffer, block)
      : new KINDS[block.type](buffer, block.offset, block.count);
  }
  return found;
}

// Differences from frame to frame in two planes of bytes; the sum wraps at 16 bits, as it was made.
function accumulated(buffer, { type, offset, count, row }) {
  const low = new Uint8Array(buffer, offset, count);
  const high = new Uint8Array(buffer, offset + count, count);
  const numbers = new KINDS[type](count);
  for (let k = 0; k < count; k++) {
    numbers[k] = (high[k] << 8 | low[k]) + (k < row ? 0 : numbers[k - row]);
  }
  return numbers;
}
