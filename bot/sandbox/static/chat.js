// The chat page of demo mode: shows what a member would see, and what happened behind it. Builds every node by hand, so that no
// reply can bring markup of its own; of links it knows WeChat's menu links and http(s).
"use strict";

const t = JSON.parse(document.body.dataset.texts);
const talk = document.getElementById("talk");
const why = document.getElementById("why");
const input = document.getElementById("text");
const phone = document.querySelector(".phone");
const member = remembered("member") || remember("member", Math.random().toString(36).slice(2, 12));
let ahead = 0; // seconds this page's time is ahead of the real one

function remembered(key) {
  try { return sessionStorage.getItem(key); } catch { return null; }
}
function remember(key, value) {
  try { sessionStorage.setItem(key, value); } catch { /* private windows may forbid it; then nothing is remembered */ }
  return value;
}

function node(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function show(kind, ...content) {
  const row = node("div", { className: `row ${kind}` }, node("div", { className: "bubble" }, ...content));
  talk.append(row);
  talk.scrollTop = kind === "them" ? row.offsetTop - talk.offsetTop - 60 : talk.scrollHeight;
}

// A reply as nodes: text, tappable menu links, web links.
function readable(reply) {
  const found = [];
  let at = 0;
  for (const link of reply.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)) {
    found.push(...addressed(reply.slice(at, link.index)), linked(link[1], link[2]));
    at = link.index + link[0].length;
  }
  return [...found, ...addressed(reply.slice(at))];
}
function linked(href, label) {
  if (href.startsWith("weixin://bizmsgmenu?")) {
    const says = new URLSearchParams(href.split("?")[1]).get("msgmenucontent");
    return node("a", { href: "#", role: "button", textContent: label, onclick: (event) => { event.preventDefault(); say(says); } });
  }
  return /^https?:\/\//.test(href) ? webLink(href, label) : label;
}
function addressed(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, i) => (i % 2 ? webLink(part, part) : part));
}
function webLink(href, label) {
  return node("a", { href, textContent: label, target: "_blank", rel: "noopener noreferrer" });
}

async function post(route, asked) {
  const response = await fetch(`/sandbox/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ member, ahead, ...asked }),
  });
  if (!response.ok) throw new Error(response.status);
  return response.json();
}
async function send(message, shown) {
  if (shown) show("me", shown);
  let answer;
  try {
    const mode = document.querySelector("input[name=mode]:checked").value;
    answer = await post("send", { mode, ...message });
  } catch {
    show("note", t.page_failed);
    return;
  }
  if (answer.reply) show("them", ...readable(answer.reply));
  else show("note", t.page_silent);
  explain(answer);
}
function say(text) {
  return send({ kind: "text", content: text }, text);
}

function explain(answer) {
  const facts = node("dl", { className: "facts" });
  const fact = (name, value) => facts.append(node("dt", { textContent: name }), node("dd", { textContent: value }));
  fact(t.page_outcome, `${t[`page_outcome_${answer.outcome}`]}（${answer.outcome}）`);
  fact(t.page_took, `${answer.milliseconds} ${t.page_milliseconds}`);
  if (answer.search) {
    fact(t.page_question, answer.search.question || "—");
    fact(t.page_verdict, t[`page_verdict_${answer.search.verdict}`]);
    if (answer.search.goes_on_about.length) fact(t.page_goes_on, answer.search.goes_on_about.join("、"));
    fact(t.page_confidence, answer.search.confidence.toFixed(3));
    const { message, closeness } = answer.search.outside;
    if (message) fact(t.page_outside, `${message}（${closeness.toFixed(2)}）`);
  }
  if (answer.deliveries > 1) fact(t.page_hard_repeat, t.page_repeated.replace("{same}", answer.same ? t.page_yes : t.page_no));
  why.replaceChildren(facts, answer.search ? candidates(answer.search) : node("p", { className: "quiet", textContent: t.page_no_search }),
    xml(t.page_sent, answer.sent, answer.sent_plain), xml(t.page_received, answer.received, answer.received_plain));
}
function candidates(search) {
  const list = node("ol", { className: "candidates" });
  const scores = search.matches.map((match) => match.score);
  for (const match of search.matches.slice(0, 6)) {
    const label = `${match.question}（${match.place}）`;
    const features = Object.entries(match.features).filter(([, value]) => value).map(([name, value]) => `${t[`feature_${name}`]} ${value.toFixed(2)}`);
    list.append(node("li", {},
      node("span", { className: "score", textContent: `${match.score.toFixed(2)}　` }), label,
      node("meter", { min: Math.min(...scores) - 1, max: Math.max(...scores), value: match.score, ariaLabel: label }),
      node("span", { className: "wording", textContent: [match.wording, ...features].join("　·　") })));
  }
  return node("section", {}, node("h3", { textContent: t.page_candidates }), list);
}
function xml(title, raw, plain) {
  const text = plain && plain !== raw ? `${raw}\n\n— ${t.page_decrypted} —\n${plain}` : raw;
  return node("details", {}, node("summary", { textContent: title }), node("pre", { textContent: text, tabIndex: 0 }));
}

const hard = {
  subscribe: () => send({ kind: "subscribe" }, t.page_sent_subscribe),
  unsubscribe: () => send({ kind: "unsubscribe" }, t.page_sent_unsubscribe),
  homophone: () => say(t.page_hard_homophone_text),
  traditional: () => say(t.page_hard_traditional_text),
  voice: () => send({ kind: "voice" }, t.page_sent_voice),
  image: () => send({ kind: "image" }, t.page_sent_image),
  repeat: () => send({ kind: "text", content: t.page_hard_repeat_text, repeat: true }, t.page_hard_repeat_text),
};

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  input.value = "";
  if (text) say(text);
});
for (const button of document.querySelectorAll("[data-click]")) {
  button.addEventListener("click", () => send({ kind: "CLICK", content: button.dataset.click }, button.textContent));
}
for (const button of document.querySelectorAll("[data-case]")) {
  button.addEventListener("click", () => hard[button.dataset.case]());
}
document.getElementById("large").addEventListener("change", (event) => phone.classList.toggle("large", event.target.checked));
send({ kind: "subscribe" });
