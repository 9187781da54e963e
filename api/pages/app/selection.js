// What is looked at: a value, a finding, a place on a page. All parts of a report follow it.

// Return the selection of a report. `at` says what is chosen now; `hover` what is pointed at.
export function selection() {
  const heard = [];
  const chosen = { pointer: null, finding: null, claim: null, from: null };
  const tell = () => heard.forEach((hear) => hear(chosen));
  return {
    on: (hear) => heard.push(hear),
    value(pointer, from) {
      if (from === "table" && pointer === chosen.pointer) return; // a finding led here: it stays chosen
      Object.assign(chosen, { pointer, finding: null, from });
      tell();
    },
    finding(number, pointer, from) {
      Object.assign(chosen, { pointer, finding: number, from });
      tell();
    },
    // Begin with the first finding that has a place, so that the page opens where it matters.
    begin(findings) {
      const first = findings.findIndex((finding) => finding.page !== null);
      Object.assign(chosen, { pointer: findings[first]?.paths[0] ?? null, finding: first < 0 ? null : first, from: "begin" });
      tell();
    },
  };
}

// Say how fast to move: not at all for those who asked for calm.
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
