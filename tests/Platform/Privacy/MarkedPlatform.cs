using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;
using Partnership.Contracts.Topology;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using RabbitMQ.Client;
using Xunit;

namespace Partnership.Tests.Platform.Privacy;

/// <param name="Expected">Paths whose markers the body may hold, and must; null for none.</param>
public sealed record Exchange(string What, string Who, Answer Answer, Func<string, bool>? Expected);

[CollectionDefinition(nameof(MarkedPlatform))]
public sealed class MarkedPlatformCollection : ICollectionFixture<MarkedPlatform>;

/// <summary>
/// A platform through which marked referrals have gone, from submission to their end, read by everybody, refused and
/// misspelt; then stopped, so that all it had to say has been said and lies in files.
/// </summary>
public sealed class MarkedPlatform : IAsyncLifetime
{
    /// <summary>Gets every message of every exchange and keeps it.</summary>
    public const string Tap = "marker-tap";

    /// <summary>Gets a copy of every message published in the virtual host, the ledger's included.</summary>
    public const string Firehose = "marker-firehose";
    public const string ScratchQueue = "marker-scratch";

    public RunningPlatform Platform { get; private set; } = null!;
    public Markers Markers { get; } = new();
    public IReadOnlySet<Type> Walked { get; private set; } = new HashSet<Type>();

    /// <summary>Planted where the platform did not put it: whoever searches without finding it has not searched.</summary>
    public string Control { get; } = Markers.NewStem() + "ctl";
    public DateTimeOffset Began { get; } = TimeProvider.System.GetUtcNow().AddSeconds(-2);
    public List<Exchange> Exchanges { get; } = [];
    internal MarkerSearch Search { get; private set; } = null!;

    /// <summary>Trace and span that the client gave to the submission and to a read of the case.</summary>
    internal (string Trace, string Span) SubmissionTrace { get; } = NewTrace();
    internal (string Trace, string Span) ReadTrace { get; } = NewTrace();

    /// <summary>The receipt of that read.</summary>
    public Guid ReadReceipt { get; internal set; }

    public async ValueTask InitializeAsync()
    {
        Platform = await RunningPlatform.StartAsync(new()
        {
            Processes = true,
            Telemetry = true,
            // How long a service takes is no matter here, and the first requests of a busy machine take long.
            Settings = new Dictionary<(string, string), string?> { [(Services.Gateway, "Gateway:ServiceTimeout")] = "00:01:00" },
        });
        await TapAsync();
        var story = new MarkedStory(this);
        await story.TellAsync();
        Walked = story.Walked;
        await CaughtUpAsync(story.LastReceipt);
        foreach (var service in Services.All.Reverse()) await Platform.Host(service).StopAsync();
        Search = new MarkerSearch([Markers.Stem, Control, .. Markers.Planted.Select(one => one.Text).Where(text => !text.StartsWith(Markers.Stem, StringComparison.Ordinal))]);
        await PlantControlAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Platform is not null) await Platform.DisposeAsync();
    }

    public IReadOnlyList<string> Databases => [Platform.MaracDatabase, Platform.MaracKeysDatabase, Platform.LedgerDatabase, Platform.SharingDatabase, Platform.SharingKeysDatabase];

    /// <summary>The control in every form, one beneath the other.</summary>
    public string ControlInEveryForm => string.Join("\n", MarkerSearch.Forms.Select(form => MarkerSearch.Encode(Control, form)));

    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(Platform.Postgres.To(database) + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Tests only; the text is theirs.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    // Before anything is sent: whatever is published from now on is kept.
    private async Task TapAsync()
    {
        using var management = new HttpClient { BaseAddress = Platform.Broker.Management };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Platform.Broker.Username}:{Platform.Broker.Password}")));
        (await management.PutAsJsonAsync(new Uri(Platform.Broker.Management, $"/api/vhosts/{Platform.VirtualHost}"), new { tracing = true })).EnsureSuccessStatusCode();

        await using var connection = await Platform.Broker.ConnectAsync(Platform.VirtualHost);
        await using var channel = await connection.CreateChannelAsync();
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        foreach (var queue in new[] { Tap, Firehose, ScratchQueue })
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, quorum);
        foreach (var exchange in BusTopology.Exchanges.Values) await channel.QueueBindAsync(Tap, exchange, "");
        await channel.QueueBindAsync(Firehose, "amq.rabbitmq.trace", "publish.#");
    }

    /// <summary>Until every message has become an entry, and the entry of the last answer is integrated.</summary>
    private Task CaughtUpAsync(Guid receipt) => Eventually.Async(
        async () => await ScalarAsync<bool>(Platform.LedgerDatabase, $"select exists (select from ledger.entries where entry_id = '{receipt}')")
            && await Platform.Broker.ReadyAsync(Platform.VirtualHost, Tap) is { } published and >= 16
            && await ScalarAsync<long>(Platform.LedgerDatabase, "select count(*) from ledger.entries where instance is null") == published,
        "every message and the last answer stand in the ledger",
        TimeSpan.FromSeconds(90));

    private async Task PlantControlAsync()
    {
        // Text holds no NUL, so UTF-16 goes into the column of bytes.
        await Platform.Postgres.ExecuteAsync(Platform.MaracDatabase, $"""
            create table public.marker_scratch (words text, bytes bytea);
            insert into public.marker_scratch values ('{Control}', '\x{Convert.ToHexString(Encoding.Latin1.GetBytes(ControlInEveryForm))}');
            """);
        await Platform.Postgres.ExecuteAsync("postgres", "checkpoint");

        await using var connection = await Platform.Broker.ConnectAsync(Platform.VirtualHost);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("", ScratchQueue, mandatory: true,
            new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["control"] = Control } }, Encoding.Latin1.GetBytes(ControlInEveryForm));

        using var http = new HttpClient();
        foreach (var signal in new[] { "traces", "metrics", "logs" })
            (await http.PostAsync(new Uri(Platform.Telemetry!.Address, $"/v1/{signal}"), new StringContent(Control))).EnsureSuccessStatusCode();
        foreach (var service in Services.All) await File.AppendAllTextAsync(Path.Combine(Platform.Folder, $"{service}.log"), Control);
    }

    private static (string, string) NewTrace() => (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
}
