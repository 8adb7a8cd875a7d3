using Partnership.Tests.Benchmarks;
using Partnership.Tests.Support.Servers;

// Each benchmark prints its BUDGET lines; a missed budget is for the reader to see, not a failure of the run.
var benchmarks = new Dictionary<string, Func<Task<int>>>
{
    ["governed-read"] = GovernedReadBenchmark.RunAsync,
    ["rebuild"] = async () => await RebuildBenchmark.RunAsync((await SharedServers.PostgresAsync()).ConnectionString),
    ["decision"] = RulesBenchmark.DecisionAsync,
    ["filter"] = RulesBenchmark.FilterAsync,
    ["append"] = async () => await AppendBenchmark.RunAsync((await SharedServers.PostgresAsync()).ConnectionString),
    ["message"] = MessageBenchmark.RunAsync,
};
if (args.Any(name => !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"usage: tests/bench [{string.Join('|', benchmarks.Keys)}]…");
    return 2;
}

foreach (var name in args.Length > 0 ? args : [.. benchmarks.Keys])
    await benchmarks[name]();
return 0;
