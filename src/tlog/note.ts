import { ed25519Verify } from './crypto.ts';
import { bytesOfBase64, FormatError, requireNoteCharacters } from './format.ts';
import { isKeyName, type SignerKey, signatureType, type VerifierKey } from './note-key.ts';

/** The limits of golang.org/x/mod/sumdb/note. C2SP signed-note requires at least 16 signatures. */
export const noteBytesMax = 1_000_000;
export const noteSignaturesMax = 100;

/** The note is well formed, but it lacks a valid signature of the known keys. */
export class SignatureError extends Error {
  override name = 'SignatureError';
}

export interface NoteSignature {
  name: string;
  /** The key ID, a number of 32 bits. */
  id: number;
  signature: Uint8Array;
}

export interface ParsedNote {
  /** What is signed, with its line feed at the end. */
  text: string;
  signatures: NoteSignature[];
}

export interface OpenedNote {
  text: string;
  /** At least one, one a key, in the order of the note. */
  verified: NoteSignature[];
  /** By keys that are not among the known ones, each once. */
  unverified: NoteSignature[];
}

/**
 * Opens a signed note: C2SP signed-note. Signatures of unknown keys are ignored. Throws a FormatError if it is
 * malformed; a SignatureError if the signature of a known key is bad, if two of the known keys have the name and id of a
 * signature, or if no known key has signed. Trust the text only after this function has returned it.
 */
export function openNote(note: string | Uint8Array, verifierKeys: readonly VerifierKey[]): OpenedNote {
  const { text, signatures } = parseNote(note);
  const message = new TextEncoder().encode(text);
  const verified: NoteSignature[] = [];
  const unverified: NoteSignature[] = [];
  for (const signature of signatures) {
    const key = keyOf(signature, verifierKeys);
    if (key && !ed25519Verify(key.publicKey, message, signature.signature))
      throw new SignatureError(`the signature of ${signature.name} is not good`);
    const group = key ? verified : unverified;
    if (!group.some((other) => isSame(other, signature, key !== undefined))) group.push(signature);
  }
  if (verified.length === 0) throw new SignatureError('no known key has signed this note');
  return { text, verified, unverified };
}

/** Parses a note and verifies nothing. Throws a FormatError if it is malformed. */
export function parseNote(note: string | Uint8Array): ParsedNote {
  const whole = noteString(note);
  const end = whole.lastIndexOf('\n\n');
  if (end < 0) throw new FormatError('a note has an empty line before its signatures');
  const lines = whole.slice(end + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw new FormatError('a note ends with a signature line');
  if (lines.length > noteSignaturesMax)
    throw new FormatError(`a note has at most ${noteSignaturesMax} signatures`);
  return { text: whole.slice(0, end + 1), signatures: lines.map(signatureOfLine) };
}

/**
 * Signs a text, which must end with a line feed, with one key or several. Throws a FormatError if it can't be the text
 * of a note.
 */
export function signNote(text: string, ...signers: SignerKey[]): string {
  if (!text.endsWith('\n')) throw new FormatError('the text of a note ends with a line feed');
  const message = new TextEncoder().encode(text);
  const lines = signers.map((signer) => {
    const { name, id } = signer.verifierKey;
    const bytes = new Uint8Array([id >>> 24, id >>> 16, id >>> 8, id, ...signer.sign(message)]);
    return `— ${name} ${bytes.toBase64()}\n`;
  });
  const note = `${text}\n${lines.join('')}`;
  // Never returns a note that readers would refuse.
  const opened = openNote(
    note,
    signers.map(({ verifierKey }) => verifierKey),
  );
  if (opened.text !== text) throw new FormatError('not the text of a note');
  return note;
}

function noteString(note: string | Uint8Array): string {
  if (note.length > noteBytesMax) throw new FormatError('the note is too large');
  const whole = typeof note === 'string' ? note : utf8(note);
  requireNoteCharacters(whole);
  if (typeof note === 'string' && new TextEncoder().encode(note).length > noteBytesMax)
    throw new FormatError('the note is too large');
  return whole;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new FormatError('not UTF-8');
    throw error;
  }
}

/** `— <name> <base64(key ID || signature)>` */
function signatureOfLine(line: string): NoteSignature {
  const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  if (!isKeyName(name)) throw new FormatError('not a signature line');
  const bytes = bytesOfBase64(base64);
  if (bytes.length <= 4) throw new FormatError('a signature without bytes');
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return { name, id, signature: bytes.slice(4) };
}

function keyOf(signature: NoteSignature, keys: readonly VerifierKey[]): VerifierKey | undefined {
  const [key, other] = keys.filter(
    ({ name, id, type }) => name === signature.name && id === signature.id && type === signatureType.ed25519,
  );
  if (other) throw new SignatureError(`two known keys are the key of ${signature.name}`);
  return key;
}

/** A known key may sign once. Of unknown keys, equal signatures count as one. */
const isSame = (a: NoteSignature, b: NoteSignature, verified: boolean): boolean =>
  a.name === b.name && a.id === b.id && (verified || a.signature.toBase64() === b.signature.toBase64());
