/* The yardstick of writing together: the plain y-websocket server in a process of its own, and two of its clients.
   node ywebsocket.mjs SECONDS LETTERS_A_SECOND PAPERS TEXT → {"times": ms of each letter, "kib": memory of a paper} */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import WebSocket, { WebSocketServer } from 'ws';
import * as Y from 'yjs';

const [seconds, pace, papers, text] = process.argv.slice(2);
const later = (ms) => new Promise((done) => { setTimeout(done, ms); });

if (process.send) {
  const { setupWSConnection } = await import('@y/websocket-server/utils');
  const server = http.createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', setupWSConnection);
  server.listen(0, '127.0.0.1', () => { process.send(server.address().port); });
} else {
  const { WebsocketProvider } = await import('y-websocket');
  const child = fork(new URL(import.meta.url).pathname, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const port = await new Promise((done) => { child.once('message', done); });
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]);
  const open = (room) => {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, room, doc, { WebSocketPolyfill: WebSocket, disableBc: true });
    return new Promise((done) => { provider.once('sync', () => { done({ doc, provider, text: doc.getText('text') }); }); });
  };
  const writer = await open('main');
  const reader = await open('main');
  const typed = [];
  const times = [];
  reader.text.observe(() => {
    while (times.length < reader.text.length) { times.push(performance.now() - typed[times.length]); }
  });
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until) {
    typed.push(performance.now());
    writer.text.insert(writer.text.length, 'x');
    await later((0.5 + Math.random()) * 1000 / pace);
  }
  await later(500);
  const before = memory();
  const open_papers = [];
  for (let number = 0; number < papers; number += 1) {
    const one = await open(`paper-${number}`);
    one.text.insert(0, text);
    open_papers.push(one);
  }
  await later(500);
  console.log(JSON.stringify({ times, kib: (memory() - before) / papers }));
  child.kill();
  process.exit(0);
}
