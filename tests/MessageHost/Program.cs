using System.Globalization;
using Partnership.Tests.MessageHost;

// A host of the little service as a process of its own, to be killed: settings and PLAN come by environment. It ends when its
// standard input does.
var settings = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
    .Where(one => ((string)one.Key).Contains("__", StringComparison.Ordinal))
    .ToDictionary(one => ((string)one.Key).Replace("__", ":", StringComparison.Ordinal), one => (string?)one.Value);
using var steps = new Steps(Environment.GetEnvironmentVariable("PLAN") ?? "");
if (steps.Wants(Step.Sent))
{
    steps.Relay = new ListeningRelay(settings["Bus:Host"]!, int.Parse(settings["Bus:Port"]!, CultureInfo.InvariantCulture));
    settings["Bus:Host"] = "127.0.0.1";
    settings["Bus:Port"] = steps.Relay.Port.ToString(CultureInfo.InvariantCulture);
}

using var host = MessageHosts.Build(new(settings) { Mended = Environment.GetEnvironmentVariable("MENDED") == "1", Steps = steps });
await host.StartAsync();
Steps.Say("started");
await Console.In.ReadToEndAsync();
await host.StopAsync();
