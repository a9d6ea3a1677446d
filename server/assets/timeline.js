// Blocks of the timeline are dragged by mouse, finger and keyboard. What is changed is asked about before it is sent; a
// click, and every browser without this script, leads to the same questions on a page of their own.
"use strict";

(() => {
  const STEP = 15;
  const DAY = 1440;
  const board = document.getElementById("timeline");
  const dialog = document.getElementById("timeline-dialog");
  if (!board || !dialog || !("mayChange" in board.dataset)) return;
  const form = document.getElementById("timeline-form");
  const said = document.getElementById("timeline-said");
  const total = Number(board.dataset.days) * DAY;
  const keys = document.getElementById("timeline-keys");
  if (keys) keys.hidden = false;
  // The block whose new place is not decided yet, with that place.
  let pending = null;
  let isDropping = false;

  const two = (n) => String(n).padStart(2, "0");
  const wall = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const snap = (minute) => Math.round(minute / STEP) * STEP;
  const percent = (minute) => `${(minute * 100) / total}%`;

  function place(block) {
    return { left: Number(block.dataset.left), right: Number(block.dataset.right) };
  }

  function draw(block, at) {
    for (const box of block.querySelectorAll("svg")) {
      box.setAttribute("x", percent(at.left));
      box.setAttribute("width", percent(at.right - at.left));
    }
  }

  // Minutes since the first midnight of the page as a date and wall times.
  function words(at) {
    const day = Math.floor(at.left / DAY);
    const date = new Date(`${board.dataset.first}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + day);
    const end = at.right - day * DAY;
    return {
      date: date.toISOString().slice(0, 10),
      weekday: date.toLocaleDateString(document.documentElement.lang, { weekday: "short", timeZone: "UTC" }),
      from: wall(at.left - day * DAY),
      to: wall(end > DAY ? end - DAY : end),
      nextDay: end > DAY ? "1" : "",
    };
  }

  function sentence(at) {
    const told = words(at);
    return `${told.date} ${told.weekday} ${told.from}–${told.to}${told.nextDay ? " (+1)" : ""}`;
  }

  // Where a block would be when one of its ends, or both, go so many minutes further.
  function shifted(at, mode, minutes) {
    // A block that lasts a whole day from some hour on would have equal ends.
    const longest = (left) => (left % DAY === 0 ? DAY : DAY - STEP);
    if (mode === "move") {
      const left = Math.max(snap(at.left + minutes), -DAY + STEP);
      return { left, right: left + Math.min(at.right - at.left, longest(left)) };
    }
    if (mode === "end") {
      const right = Math.min(Math.max(snap(at.right + minutes), at.left + STEP), at.left + longest(at.left));
      return { left: at.left, right };
    }
    const left = Math.max(Math.min(snap(at.left + minutes), at.right - STEP), at.right - DAY + STEP);
    return { left, right: at.right };
  }

  function hold(block, at) {
    if (pending && pending.block !== block) release();
    pending = { block, at };
    block.classList.add("held");
    draw(block, at);
    said.textContent = sentence(at);
    said.classList.add("shown");
  }

  function release() {
    if (!pending) return;
    const { block } = pending;
    pending = null;
    block.classList.remove("held");
    draw(block, place(block));
    said.textContent = "";
    said.classList.remove("shown");
  }

  function say(name, text) {
    for (const part of form.querySelectorAll(`[data-says="${name}"]`)) part.textContent = text;
  }

  function ask(block, at, verb) {
    const was = place(block);
    const told = words(at);
    const fields = {
      rule: block.dataset.rule,
      on: block.dataset.on,
      site: block.dataset.site,
      was: block.dataset.was,
      date: told.date,
      from: told.from,
      to: told.to,
      next_day: told.nextDay,
      verb,
    };
    for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
    document.getElementById("timeline-dialog-name").textContent = block.dataset.name;
    say("was", sentence(was));
    say("becomes", sentence(at));
    say("zones", block.dataset.zones);
    for (const part of form.querySelectorAll(".for-move")) part.hidden = verb !== "move";
    for (const part of form.querySelectorAll(".for-drop")) part.hidden = verb !== "drop";
    form.elements.scope.value = "this";
    dialog.showModal();
  }

  dialog.addEventListener("close", release);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });

  board.addEventListener("pointerdown", (event) => {
    const block = event.target.closest("a.block[data-free]");
    if (!block || event.button !== 0) return;
    const lane = block.closest(".t-lane");
    const box = block.querySelector(".fill").getBoundingClientRect();
    const edge = Math.min(8, box.width / 4);
    const mode =
      event.clientX < box.left + edge ? "start" : event.clientX > box.right - edge ? "end" : "move";
    const scale = total / lane.getBoundingClientRect().width;
    const start = { x: event.clientX, at: place(block) };
    let isDragged = false;
    const drag = (now) => {
      if (!isDragged && Math.abs(now.clientX - start.x) < 4) return;
      isDragged = true;
      hold(block, shifted(start.at, mode, (now.clientX - start.x) * scale));
    };
    const drop = (now) => {
      block.removeEventListener("pointermove", drag);
      block.removeEventListener("pointerup", drop);
      block.removeEventListener("pointercancel", drop);
      if (!isDragged) return;
      // The click that ends a drag leads nowhere; the next one is meant again.
      isDropping = true;
      setTimeout(() => { isDropping = false; }, 60);
      const { at } = pending || {};
      const isSame = !at || (at.left === start.at.left && at.right === start.at.right);
      if (now.type === "pointercancel" || isSame) release();
      else ask(block, at, "move");
    };
    block.setPointerCapture(event.pointerId);
    block.addEventListener("pointermove", drag);
    block.addEventListener("pointerup", drop);
    block.addEventListener("pointercancel", drop);
  });
  board.addEventListener("click", (event) => {
    if (isDropping) event.preventDefault();
  });
  board.addEventListener("dragstart", (event) => event.preventDefault());

  board.addEventListener("keydown", (event) => {
    const block = event.target.closest("a.block");
    if (!block || event.ctrlKey || event.altKey || event.metaKey) return;
    const isHeld = pending && pending.block === block;
    const at = isHeld ? pending.at : place(block);
    const minutes = { ArrowLeft: -STEP, ArrowRight: STEP, ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    if (minutes !== undefined && "free" in block.dataset) {
      hold(block, shifted(at, event.shiftKey ? "end" : "move", minutes));
    } else if (event.key === "Enter" && isHeld) {
      ask(block, at, "move");
    } else if (event.key === "Enter") {
      location.assign(`/rules/${encodeURIComponent(block.dataset.rule)}`);
    } else if (event.key === "Escape" && isHeld) {
      release();
    } else if ((event.key === "Delete" || event.key === "Backspace") && "free" in block.dataset) {
      release();
      ask(block, place(block), "drop");
    } else {
      return;
    }
    event.preventDefault();
  });
  board.addEventListener("focusout", () => {
    if (!dialog.open) release();
  });
})();
