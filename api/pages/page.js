// The page for people: hand files in, follow the newest jobs, open what came of them.
const STATUS = { queued: "排队中", running: "处理中", succeeded: "完成", partially_succeeded: "部分完成", failed: "失败", cancelled: "已取消" };
const VERDICT = { passed: "通过", warnings: "有提示", failed: "不符", incomplete: "不完整" };
const said = document.querySelector("#said");

function cell(row, ...content) {
  const made = row.insertCell();
  made.append(...content);
  return made;
}

function link(text, address) {
  const made = document.createElement("a");
  made.href = address;
  made.textContent = text;
  return made;
}

function show(job) {
  const row = document.createElement("tr");
  cell(row, job.filename);
  cell(row, [job.issuer, job.year].filter(Boolean).join(" · "));
  const waiting = job.progress.reason ? ` ${job.progress.percent}%` : "";
  const status = cell(row, (STATUS[job.status] ?? job.status) + waiting);
  if (job.error) {
    const why = document.createElement("div");
    why.className = "error";
    why.textContent = job.error.message;
    status.append(why);
  }
  cell(row, VERDICT[job.verdict] ?? "");
  const results = cell(row);
  if (job.links.result) {
    results.append(link("核对报告", `${job.links.result}?format=html`), " · ", link("工作簿", `${job.links.result}?format=xlsx`), " · ", link("JSON", job.links.result));
  }
  return row;
}

async function refresh() {
  const answer = await fetch("/v1/jobs?limit=50");
  if (answer.ok) {
    const { data } = await answer.json();
    document.querySelector("#jobs").replaceChildren(...data.map(show));
  }
}

document.querySelector("#upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...document.querySelector("#files").files];
  const single = files.length === 1 && !/\.(zip|tar|tgz|gz|bz2|xz)$/i.test(files[0].name);
  const form = new FormData();
  for (const file of files) form.append("file", file);
  said.textContent = "正在上传…";
  const answer = await fetch(single ? "/v1/jobs" : "/v1/batches", { method: "POST", body: form });
  const body = await answer.json();
  said.textContent = answer.ok ? `已提交：${body.id}` : body.detail;
  await refresh();
});

await refresh();
setInterval(refresh, 2000);
