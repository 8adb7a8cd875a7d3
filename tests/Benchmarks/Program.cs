using Partnership.Tests.Benchmarks;
using Partnership.Tests.Support.Servers;

// Each benchmark prints its BUDGET lines and answers 0 when all of them are met.
var benchmarks = new Dictionary<string, Func<Task<int>>>
{
    ["append"] = async () => await AppendBenchmark.RunAsync((await SharedServers.PostgresAsync()).ConnectionString),
};
if (args.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is not null)
{
    Console.Error.WriteLine($"usage: tests/bench [{string.Join('|', benchmarks.Keys)}]…");
    return 2;
}

var status = 0;
foreach (var name in args.Length > 0 ? args : [.. benchmarks.Keys])
    status |= await benchmarks[name]();
return status;
