using System.Text;
using Npgsql;
using Partnership.Contracts.Topology;
using Partnership.Tests.Support.Hosts;
using RabbitMQ.Client;
using Xunit;

namespace Partnership.Tests.Platform.Privacy;

/// <summary>
/// What describes a person is in the bodies that may hold it and nowhere else. Every search also finds a control that was
/// planted where it looks.
/// </summary>
[Collection(nameof(MarkedPlatform))]
public sealed class PrivacyTests(MarkedPlatform marked)
{
    private RunningPlatform Platform => marked.Platform;

    [Fact]
    public void Every_field_a_command_can_carry_was_marked_and_is_kept()
    {
        Assert.Empty(MarkedBodies.Known.Except(marked.Walked).Select(type => type.Name));
        // What the coordinator reads whole shows that no field was lost on its way, and so went unsearched.
        var shown = marked.Exchanges.Where(one => one is { Who: "coordinator" or "supervisor", Expected: not null })
            .SelectMany(one => Shown(one.Answer.Text)).ToHashSet();
        var submitted = marked.Markers.Planted.Where(one => one.Path.StartsWith("one:", StringComparison.Ordinal) || one.Path.StartsWith("two:", StringComparison.Ordinal));
        string[] neverShown = ["two:refuse.reason", "two:confirm.reason", "two:withdraw.reason"];
        Assert.Equal(neverShown, submitted.Where(one => !shown.Contains(one)).Select(one => one.Path));
    }

    [Fact]
    public void Each_answer_holds_exactly_what_its_reader_may_see_of_what_was_written()
    {
        foreach (var (what, who, answer, expected) in marked.Exchanges)
        {
            var may = marked.Markers.Planted.Where(one => expected is not null && expected(one.Path)).Select(one => one.Path).Order(StringComparer.Ordinal);
            var does = Shown(answer.Text).Select(one => one.Path).Order(StringComparer.Ordinal);
            Assert.True(may.SequenceEqual(does), $"{what} by {who}: too much {string.Join(", ", does.Except(may))}; too little {string.Join(", ", may.Except(does))}");
        }
    }

    [Fact]
    public void No_header_and_no_error_holds_a_marker_in_any_form()
    {
        foreach (var (what, who, answer, expected) in marked.Exchanges)
        {
            foreach (var (name, value) in answer.Headers) Assert.Empty(marked.Search.In($"{what} by {who}, {name}", value));
            if (expected is null) Assert.Empty(marked.Search.In($"{what} by {who}", answer.Body));
        }

        Assert.Equal(MarkerSearch.Forms, marked.Search.In("control", marked.ControlInEveryForm).Select(hit => hit.Form).Distinct().OrderBy(Place));
    }

    [Fact]
    public async Task No_log_holds_a_marker()
    {
        foreach (var service in Services.All)
            OnlyControl(marked.Search.In(service, await Platform.LogAsync(service)));
        foreach (var folder in ServerLogs()) Assert.Empty(await marked.Search.InFilesAsync(folder, marked.Began));
    }

    [Theory]
    [InlineData("traces")]
    [InlineData("metrics")]
    [InlineData("logs")]
    public void No_telemetry_holds_a_marker(string signal)
    {
        var raw = Platform.Telemetry!.Raw(signal);
        Assert.True(raw.Count > 3, "There is telemetry to search.");
        OnlyControl(raw.SelectMany(bytes => marked.Search.In(signal, bytes)));
    }

    [Fact]
    public async Task No_message_and_no_header_of_one_holds_a_marker()
    {
        await using var connection = await Platform.Broker.ConnectAsync(Platform.VirtualHost);
        // Without acknowledging: the messages stay for the search of the broker's files.
        await using var channel = await connection.CreateChannelAsync();
        var exchanges = new HashSet<string>();
        var ledger = 0;
        foreach (var queue in new[] { MarkedPlatform.Tap, MarkedPlatform.Firehose })
        {
            while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
            {
                if (queue == MarkedPlatform.Tap) exchanges.Add(message.Exchange);
                if (message.BasicProperties.Headers?.TryGetValue("routing_keys", out var keys) == true && TextOf(keys).Contains(BusTopology.LedgerQueue, StringComparison.Ordinal)) ledger++;
                // The control passes the broker too, to its own queue.
                var hits = marked.Search.In(queue, message.Body.ToArray()).Concat(marked.Search.In($"{queue}, header", HeadersOf(message)));
                Assert.DoesNotContain(hits, hit => hit.Needle != marked.Control);
            }
        }

        Assert.Empty(BusTopology.Exchanges.Values.Except(exchanges));
        Assert.True(ledger > 20, "The entries of the ledger passed the tap.");
        var control = await channel.BasicGetAsync(MarkedPlatform.ScratchQueue, autoAck: false);
        Assert.NotEmpty(marked.Search.In("control", control!.Body.ToArray()));
        Assert.NotEmpty(marked.Search.In("control", HeadersOf(control)));
    }

    [Fact]
    public async Task No_row_of_any_database_holds_a_marker()
    {
        var hits = new List<Hit>();
        foreach (var database in marked.Databases)
        {
            await using var connection = new NpgsqlConnection(Platform.Postgres.To(database) + ";Pooling=false");
            await connection.OpenAsync();
            var tables = await marked.ScalarAsync<string[]>(database, """
                select array_agg(format('%I.%I', n.nspname, c.relname)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
                """);
            foreach (var table in tables)
            {
                // As bytes, with what the server compressed unpacked.
                await using var copy = await connection.BeginRawBinaryCopyAsync($"copy {table} to stdout (format binary)");
                hits.AddRange(await marked.Search.InAsync($"{database} {table}", copy));
            }
        }

        OnlyControl(hits);
        Assert.Equal(MarkerSearch.Forms, hits.Select(hit => hit.Form).Distinct().OrderBy(Place));
    }

    [Fact]
    public async Task No_file_of_the_database_server_holds_a_marker()
    {
        var folder = Platform.Postgres.DataFolder ?? throw new InvalidOperationException("Where the server keeps its data is not known.");
        var hits = await marked.Search.InFilesAsync(folder, marked.Began);
        OnlyControl(hits);
        Assert.Contains(hits, hit => hit.Place.StartsWith("base", StringComparison.Ordinal));
        Assert.Contains(hits, hit => hit.Place.StartsWith("pg_wal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_file_of_the_broker_holds_a_marker()
    {
        var folder = Platform.Broker.DataFolder ?? throw new InvalidOperationException("Where the broker keeps its data is not known.");
        OnlyControl(await marked.Search.InFilesAsync(folder, marked.Began));
    }

    /// <summary>Markers as they stand in a body. A longer one may hold a shorter; none here does.</summary>
    private IEnumerable<Marker> Shown(string body) => marked.Markers.Planted.Where(one => body.Contains(one.Text, StringComparison.OrdinalIgnoreCase));

    private void OnlyControl(IEnumerable<Hit> found)
    {
        var hits = found.ToList();
        var marks = hits.Where(hit => hit.Needle != marked.Control).Select(hit => $"{hit.Place} ({hit.Form}): {hit.Excerpt}").Distinct().ToList();
        Assert.True(marks.Count == 0, string.Join("\n", marks.Take(20)));
        Assert.NotEmpty(hits);
    }

    private static int Place(string form) => MarkerSearch.Forms.ToList().IndexOf(form);

    private IEnumerable<string> ServerLogs() =>
        new[] { Environment.GetEnvironmentVariable("PARTNERSHIP_TEST_RABBITMQ_LOGS"), Platform.Broker.DataFolder is { } data ? Path.Combine(Path.GetDirectoryName(data)!, "log") : null }
            .OfType<string>().Where(Directory.Exists).Distinct();

    private static string HeadersOf(BasicGetResult message)
    {
        var properties = message.BasicProperties;
        return string.Join("\n", new[] { message.Exchange, message.RoutingKey, properties.MessageId, properties.CorrelationId, properties.Type, properties.AppId, TextOf(properties.Headers) });
    }

    private static string TextOf(object? value) => value switch
    {
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        IDictionary<string, object?> table => string.Join(";", table.Select(entry => $"{entry.Key}={TextOf(entry.Value)}")),
        System.Collections.IEnumerable list and not string => string.Join(",", list.Cast<object?>().Select(TextOf)),
        _ => value?.ToString() ?? "",
    };
}
