using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Partnership.Tests.Faults.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>Clients that do not wait for their answer.</summary>
public sealed class ClientGoneTests(FaultyPlatform faulty) : FaultTests(faulty)
{
    private const int Attempts = 5;

    [Fact]
    public async Task A_client_that_goes_away_cancels_no_entry_and_another_entry_says_that_the_answer_did_not_leave()
    {
        await Faulty.Casework.ReadAgainAsync("the test before");
        var path = $"/marac/cases/{Faulty.Casework.Case}";
        // Whether the service had answered when its caller left is a race; nothing was authorised then, and we ask again.
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
            var before = await Faulty.Ledger.CountAsync();

            await LeaveWhileTheEntryWaitsAsync(path);

            DisclosedOrDenied found = new(null, null, null);
            await Eventually.Async(
                async () => (found = await FindAsync(before)) is { Denied: not null } or { Authorised: not null, Aborted: not null },
                "the ledger says what became of it",
                FaultyPlatform.Mended);
            if (found.Authorised is not { } authorised)
                continue;

            Assert.Equal("PERMIT", authorised.Outcome);
            Assert.NotNull(authorised.BodyDigest);
            Assert.Null(found.Aborted!.BodyDigest);
            Assert.Equal(authorised.Records.Single().FieldGroups, found.Aborted.Records.Single().FieldGroups);
            await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
            await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
            return;
        }

        Assert.Fail($"In {Attempts} attempts no answer was authorised before its client had left.");
    }

    /// <summary>The broker stands still, so that the entry is handed over and not confirmed; the client goes; the broker goes on.</summary>
    private async Task LeaveWhileTheEntryWaitsAsync(string path)
    {
        var (answered, left) = (Faulty.Watched.Ended(Services.Marac, path), Faulty.Watched.Left(Services.Gateway, path));
        await SignalBrokerAsync("STOP");
        try
        {
            var address = Faulty.Platform.Gateway;
            using (var socket = new TcpClient { LingerState = new LingerOption(true, 0) })
            {
                await socket.ConnectAsync(address.Host, address.Port);
                await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {Faulty.Platform.Issuer.Token("pvp")}\r\n"
                    + $"Sharing-Purpose: {Casework.Meeting}\r\n\r\n"));
                await Eventually.Async(() => Faulty.Watched.Ended(Services.Marac, path) > answered, "the service has answered");
            }

            await Eventually.Async(() => Faulty.Watched.Left(Services.Gateway, path) > left, "the gateway notices that its client has gone");
        }
        finally
        {
            await SignalBrokerAsync("CONT");
        }
    }

    private async Task<DisclosedOrDenied> FindAsync(long from)
    {
        var record = Faulty.Casework.Case.ToString();
        var promised = Faulty.Promises.Leaves;
        var rows = (await Faulty.Ledger.EntriesAsync()).Where(row => row.Position >= from && !promised.Contains(row.LeafHash)).ToList();
        var entries = rows.ConvertAll(row => row.Read()).Where(entry => entry.Records.Any(one => one.RecordId == record)).ToList();
        var authorised = entries.FirstOrDefault(entry => entry.BodyDigest is not null);
        return new(
            authorised,
            authorised is null ? null : entries.FirstOrDefault(entry => entry.AbortOf == authorised.EntryId),
            entries.FirstOrDefault(entry => entry.Outcome == "DENY"));
    }

    private async Task SignalBrokerAsync(string signal)
    {
        var pid = (await File.ReadAllTextAsync(Path.Combine(Faulty.Platform.Broker.DataFolder!, "..", "node.pid"))).Trim();
        using var kill = Process.Start("kill", [$"-{signal}", pid]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private sealed record DisclosedOrDenied(
        Partnership.Ledger.DisclosureEntry? Authorised, Partnership.Ledger.DisclosureEntry? Aborted, Partnership.Ledger.DisclosureEntry? Denied);
}
