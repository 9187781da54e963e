// Many files as few: documents are packed into TAR archives, so that whatever is chosen at once is
// one batch and goes up in parts that can be gone on with. Nothing is read before it is sent.
// Source: pax interchange format (POSIX.1-2001), whose records hold names of any length in UTF-8.

const ARCHIVE = /\.(zip|tar|tgz|tbz2?|txz|gz|bz2|xz|7z)$/i;
const BLOCK = 512;
const MOST_FILES = 5000;
const MOST_BYTES = 512 * 1024 * 1024;

export function isArchive(file) {
  return ARCHIVE.test(file.name);
}

// The name of a file with the folders it was chosen with.
export function pathOf(file) {
  return file.path || file.webkitRelativePath || file.name;
}

// Return the archives among the files as they are, and the documents packed; the same files give
// the same archives, so that what was sent of them before is known again.
export function packed(files, title) {
  const documents = files.filter((file) => !isArchive(file));
  const archives = files.filter(isArchive);
  return documents.length > 1 ? [...groups(documents).map((group, at) => tar(group, `${title} ${at + 1}.tar`)), ...archives] : files;
}

function groups(files) {
  const found = [[]];
  let bytes = 0;
  for (const file of files) {
    const last = found.at(-1);
    if (last.length && (last.length === MOST_FILES || bytes + file.size > MOST_BYTES)) {
      found.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return found;
}

function tar(files, name) {
  const content = files.flatMap((file, at) => [...named(pathOf(file)), header(String(at), file.size, "0"), file, padding(file.size)]);
  const lastModified = Math.max(...files.map((file) => file.lastModified));
  return new File([...content, new Uint8Array(2 * BLOCK)], name, { lastModified });
}

// The record that gives the next file its name: its own length, which counts its own digits, first.
function named(path) {
  const text = new TextEncoder().encode(` path=${path}\n`);
  let length = text.length;
  while (String(length).length + text.length !== length) length = String(length).length + text.length;
  return [header("pax", length, "x"), String(length), text, padding(length)];
}

function header(name, size, kind) {
  const block = new Uint8Array(BLOCK);
  const put = (text, at) => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put("0000644\0" + "0000000\0" + "0000000\0", 100);
  put(`${size.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  put(`        ${kind}`, 148);
  put("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padding(size) {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}
