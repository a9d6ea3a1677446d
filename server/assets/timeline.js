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
    for (const box of block.querySelectorAll("svg:not(.beside)")) {
      box.setAttribute("x", percent(at.left));
      box.setAttribute("width", percent(at.right - at.left));
    }
  }

  // Its clocks may be ahead of the site's, by which the page is drawn; what is saved is by its own.
  function ahead(block) {
    return Number(block.dataset.ahead || 0);
  }

  // Minutes since the first midnight of the page as a date and wall times, by clocks that are so many minutes ahead.
  function words(drawn, minutes) {
    const at = { left: drawn.left + minutes, right: drawn.right + minutes };
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

  function sentence(block, at) {
    const say = (told) => `${told.date} ${told.weekday} ${told.from}–${told.to}${told.nextDay ? " (+1)" : ""}`;
    const here = say(words(at, 0));
    return "clocks" in block.dataset ? `${here} = ${say(words(at, ahead(block)))} ${block.dataset.clocks}` : here;
  }

  function isWhole(at) {
    return at.right - at.left === DAY;
  }

  // Where a block would be when one of its ends, or both, go so many minutes further.
  function shifted(block, at, mode, minutes) {
    // A block that lasts a whole day from some hour on would have equal ends.
    const longest = (left) => ((left + ahead(block)) % DAY === 0 ? DAY : DAY - STEP);
    if (mode === "move") {
      const length = at.right - at.left;
      // So a whole day stays one: it goes from day to day.
      const to = isWhole(at) ? at.left + Math.round(minutes / DAY) * DAY : snap(at.left + minutes);
      const left = Math.min(Math.max(to, STEP - length), total - STEP);
      return isWhole(at) && left !== to ? at : { left, right: left + length };
    }
    if (mode === "end") {
      const right = Math.min(Math.max(snap(at.right + minutes), at.left + STEP), at.left + longest(at.left));
      return { left: at.left, right };
    }
    const left = Math.max(Math.min(snap(at.left + minutes), at.right - STEP), at.right - longest(at.right));
    return { left, right: at.right };
  }

  function hold(block, at) {
    if (pending && pending.block !== block) release();
    pending = { block, at };
    block.classList.add("held");
    draw(block, at);
    const isFromDayToDay = isWhole(at) && isWhole(place(block));
    said.textContent = sentence(block, at) + (isFromDayToDay ? ` · ${board.dataset.whole}` : "");
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
    const told = words(at, ahead(block));
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
    say("was", sentence(block, was));
    say("becomes", sentence(block, at));
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
      hold(block, shifted(block, start.at, mode, (now.clientX - start.x) * scale));
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
    const direction = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (direction !== undefined && "free" in block.dataset) {
      // With Shift the keys along the line of time take its end, the others its start.
      const isAlong = event.key === "ArrowLeft" || event.key === "ArrowRight";
      const mode = event.shiftKey ? (isAlong ? "end" : "start") : "move";
      const step = mode === "move" && isWhole(at) ? DAY : STEP;
      hold(block, shifted(block, at, mode, direction * step));
    } else if (event.key === "Enter" && isHeld) {
      ask(block, at, "move");
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
