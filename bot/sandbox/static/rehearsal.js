// Reminders on the chat page: joining a branch of the sample, going forward to the next reminder, what reaches the phone. Loaded
// after chat.js and with its names.
"use strict";

const LOOK_EVERY = 1500; // milliseconds
const branch = document.getElementById("branch");
const back = document.getElementById("back");
const date = document.getElementById("date");
const pageDate = new Intl.DateTimeFormat("zh-CN", { timeZone: document.body.dataset.zone, dateStyle: "full", timeStyle: "short" });
let after = null; // number of the last message seen; null = not known yet
let role = remembered("role");

function goTo(seconds) {
  ahead = Number(remember("ahead", seconds));
  const when = pageDate.format(Date.now() + ahead * 1000);
  back.hidden = date.hidden = !ahead;
  date.textContent = t.page_bar_leapt.replace("{when}", when);
  return when;
}

async function join(wanted) {
  toPhone();
  const asked = { branch: branch.value, role: wanted };
  if (!(await post("role", asked)).bound) {
    await say(t.page_bind.replace("{code}", branch.selectedOptions[0].dataset.code));
    await say(t.page_bind_yes);
    if (!(await post("role", asked)).bound) return;
  }
  role = remember("role", wanted);
  show("note", t[`page_joined_${wanted}`]);
}

async function leap() {
  toPhone();
  await look(); // what came before is shown before
  const leapt = await post("leap", {});
  if (leapt.ahead === null) {
    show("note", t.page_leap_none);
    return;
  }
  const text = leapt.nudged ? t.page_leapt_nudge.replace("{count}", leapt.nudged) : t.page_leapt;
  show("note", text.replace("{when}", goTo(leapt.ahead)));
}

// On a small screen the buttons stand below the phone, and what they cause is to be seen.
function toPhone() {
  phone.scrollIntoView({ block: "nearest" });
}

async function look() {
  const query = new URLSearchParams({ member, ...(after === null ? {} : { after }) });
  const response = await fetch(`/sandbox/seen?${query}`);
  if (!response.ok) return;
  const found = await response.json();
  found.seen.forEach(told);
  after = found.last;
}
function told(message) {
  show("them told", message.text || card(message.fields));
  document.querySelector(".quick")?.remove();
  if ([message.text, ...message.fields.flat()].some((text) => text.includes(t.page_cancelled))) return; // nothing to answer
  const replies = ["attend", "leave", ...(role === "secretary" ? ["list"] : [])].map((key) => t[`page_quick_${key}`]);
  const quick = node("div", { className: "quick", role: "group", ariaLabel: t.page_quick },
    ...replies.map((text) => node("button", { type: "button", textContent: text, onclick: () => say(text) })));
  talk.append(quick);
  talk.scrollTop = talk.scrollHeight;
}
// A template message as WeChat draws it: a line each, in the order the template has them.
function card(fields) {
  const lines = fields.flatMap(([name, value]) => [
    node("dt", { textContent: t[`page_field_${name}`] || name }), node("dd", { textContent: value })]);
  return node("dl", {}, ...lines);
}

async function keepLooking() {
  try {
    if (!document.hidden) await look();
  } catch { /* the program was stopped, or starts again: the next look may find it */ }
  setTimeout(keepLooking, LOOK_EVERY);
}

const orSay = (work) => () => work().catch(() => show("note", t.page_failed));
for (const button of document.querySelectorAll("[data-role]")) {
  button.addEventListener("click", orSay(() => join(button.dataset.role)));
}
document.getElementById("leap").addEventListener("click", orSay(leap));
back.addEventListener("click", () => { goTo(0); show("note", t.page_today); toPhone(); });
goTo(Number(remembered("ahead") || 0));
keepLooking();
