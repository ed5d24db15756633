-- POSTs the bodies in the file named by BODY in a circle; prints one line "WRK,requests,us,errors,p50,p95,p99,max".
local requests, n, i = {}, 0, 0
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-API-Key"] = os.getenv("API_KEY")
  for line in io.lines(os.getenv("BODY")) do
    n = n + 1
    requests[n] = wrk.format(nil, nil, nil, line)
  end
end
function request()
  i = i % n + 1
  return requests[i]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("WRK,%d,%d,%d,%d,%d,%d,%d\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
