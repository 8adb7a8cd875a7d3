using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store.Frozen;

/// <summary>
/// Rows as released code wrote them, sealed, with the keys they need (which open nothing else), and what they say. They
/// must open for ever: a change that breaks them makes every database there is unreadable.
/// </summary>
/// <remarks>
/// Rows are added and never changed. A new stored event gets its row by one run with <c>PARTNERSHIP_WRITE_SNAPSHOTS=1</c>,
/// after the same for the snapshot of its JSON (<c>tests/Pure/Marac</c>), which says what it holds.
/// </remarks>
public sealed class FrozenRowsTests(StoreFixture fixture)
{
    private const string Marac = "marac.json";

    private static readonly JsonSerializerOptions AsStored = new()
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        WriteIndented = true,
    };

    private static readonly EventTypes Types = EventTypes.FromAssembly(typeof(Partnership.Marac.MaracHost).Assembly);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_released_code_stored_opens_and_says_what_it_said()
    {
        var frozen = Read();
        await using var databases = await fixture.CreateAsync();
        await PutBackAsync(databases, frozen);
        await using var host = Host(databases, frozen);
        var store = host.GetRequiredService<IEventStore>();

        Assert.NotEmpty(frozen.Rows);
        foreach (var row in frozen.Rows)
        {
            var stored = Assert.Single((await store.LoadAsync(row.Stream, Ct)).Events);
            Assert.Equal((row.Id, row.Type, row.At, false), (stored.Id, stored.Name, stored.At, stored.Erased));
            Assert.True(Holds(JsonSerializer.SerializeToNode(stored.Data, stored.Data.GetType(), AsStored), row.Says), row.Type);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stored.Headers.Actor), JsonNode.Parse(row.Actor)), row.Type);
        }
    }

    [Fact]
    public async Task With_its_key_destroyed_each_reads_as_erased()
    {
        var frozen = Read();
        await using var databases = await fixture.CreateAsync();
        await PutBackAsync(databases, frozen);
        await using var host = Host(databases, frozen);
        foreach (var row in frozen.Rows)
        {
            await host.GetRequiredService<IKeyStore>().DestroyAsync(new(row.Stream, row.RetentionClass, row.Owner), Ct);
            var stored = Assert.Single((await host.GetRequiredService<IEventStore>().LoadAsync(row.Stream, Ct)).Events);
            Assert.Equal(row.Data.ToJsonString(AsStored).Contains("$sealed", StringComparison.Ordinal), stored.Erased);
        }
    }

    [Fact]
    public async Task Every_stored_type_has_a_frozen_row()
    {
        var frozen = Read();
        if (Environment.GetEnvironmentVariable("PARTNERSHIP_WRITE_SNAPSHOTS") == "1")
        {
            frozen = await AddMissingAsync(frozen);
            await File.WriteAllTextAsync(PathOf(Marac), JsonSerializer.Serialize(frozen, AsStored) + "\n", Ct);
        }

        Assert.Equal(
            Types.ByName.Keys.Order(StringComparer.Ordinal), frozen.Rows.Select(row => row.Type).Intersect(Types.ByName.Keys).Distinct().Order(StringComparer.Ordinal));
        // And none was taken away together with its class.
        Assert.Empty(frozen.Rows.Select(row => row.Type).Except(Types.ByName.Keys));
    }

    /// <summary>Later fields may have come to it; whatever it said, it says.</summary>
    private static bool Holds(JsonNode? now, JsonNode? then) => (now, then) switch
    {
        (JsonObject a, JsonObject b) => b.All(property => a.TryGetPropertyValue(property.Key, out var value) && Holds(value, property.Value)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => Holds(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(now, then),
    };

    private async Task<FrozenRows> AddMissingAsync(FrozenRows frozen)
    {
        await using var databases = await fixture.CreateAsync();
        await using var host = Host(databases, frozen);
        var store = host.GetRequiredService<IEventStore>();
        var rows = frozen.Rows.ToList();
        foreach (var (name, stored) in JsonNode.Parse(await File.ReadAllTextAsync(PathOf("../../Pure/Marac/StoredEvents.snapshot.json"), Ct))!.AsObject())
        {
            if (rows.Exists(row => row.Type == name))
                continue;
            var says = new JsonObject();
            foreach (var (property, value) in stored!.AsObject())
                says[property] = (value is JsonObject whole && whole.ContainsKey("$sealed") ? whole["$sealed"] : value)?.DeepClone();
            var stream = Sample.Id();
            var scope = new SealScope(stream, "marac-case", "PCC");
            var added = Sample.Event(says.Deserialize(Types.ByName[name], AsStored)!);
            const string Actor = """{"person":"p-coordinator","agency":"PCC","team":"CS","role":"marac-coordinator","purpose":"marac-triage"}""";
            Sample.AssertWritten(
                await store.AppendAsync(
                    new() { Streams = [new(stream, "frozen", 0, [added], scope, [])], Headers = Sample.Headers with { Actor = Actor } }, Ct), stream, 1);
            var data = await databases.AskAsync<string>("select data::text from mt_events where stream_id = $1", stream);
            rows.Add(new(
                stream, added.Id, name, added.At, JsonNode.Parse(data)!.AsObject(), Actor, says,
                await databases.AskKeysAsync<Guid>("select key_id from partnership.data_keys where subject = $1", stream), scope.RetentionClass, scope.Owner,
                await databases.AskKeysAsync<byte[]>("select wrapped from partnership.data_keys where subject = $1", stream)));
        }

        return frozen with { Rows = rows };
    }

    private static async Task PutBackAsync(StoreDatabases databases, FrozenRows frozen)
    {
        await using var events = NpgsqlDataSource.Create(databases.Server.To(databases.Events));
        await using var keys = NpgsqlDataSource.Create(databases.Server.To(databases.Keys));
        foreach (var row in frozen.Rows)
        {
            await RunAsync(events, "insert into mt_streams (id, type, version) values ($1, 'frozen', 1)", row.Stream);
            await RunAsync(
                events,
                """
                insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, headers)
                values (nextval('mt_events_sequence'), $1, $2, 1, $3::jsonb, $4, $5, $6::jsonb)
                """, row.Id, row.Stream, row.Data.ToJsonString(), row.Type, row.At.UtcDateTime, $$"""{"actor":{{row.Actor}}}""");
            await RunAsync(
                keys,
                """
                insert into partnership.data_keys (key_id, subject, retention_class, owner, wrapped, created) values ($1, $2, $3, $4, $5, now())
                """, row.KeyId, row.Stream, row.RetentionClass, row.Owner, row.WrappedKey);
        }
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is string ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>A host of that service, with the wrapping key of the frozen rows.</summary>
    private static ServiceProvider Host(StoreDatabases databases, FrozenRows frozen)
    {
        var wrapping = Path.GetTempFileName();
        File.WriteAllText(wrapping, frozen.WrappingKey);
        var options = databases.Options();
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EventStore:ConnectionString"] = options.ConnectionString,
            ["EventStore:KeyConnectionString"] = options.KeyConnectionString,
            ["EventStore:WrappingKeyFile"] = wrapping,
            ["EventStore:SearchKeyFile"] = options.SearchKeyFile,
        }).Build().GetSection("EventStore");
        // What becomes of them on the bus is not the question here.
        var publications = new PublicationMap();
        foreach (var type in Types.ByName.Values)
            typeof(PublicationMap).GetMethod(nameof(PublicationMap.Private))!.MakeGenericMethod(type).Invoke(publications, []);
        var host = new ServiceCollection().AddLogging().AddEventStore(section, Types, publications).BuildServiceProvider();
        host.GetRequiredService<IEventStore>();
        File.Delete(wrapping);
        return host;
    }

    private static FrozenRows Read() => File.Exists(PathOf(Marac))
        ? JsonSerializer.Deserialize<FrozenRows>(File.ReadAllText(PathOf(Marac)), AsStored)!
        : new(Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)), []);

    private static string PathOf(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);

    private sealed record FrozenRows(string WrappingKey, IReadOnlyList<FrozenRow> Rows);

    /// <param name="Data">As it lies in the table.</param>
    /// <param name="Says">What it says, in the clear.</param>
    private sealed record FrozenRow(
        Guid Stream, Guid Id, string Type, DateTimeOffset At, JsonObject Data, string Actor, JsonObject Says, Guid KeyId, string RetentionClass,
        string Owner, byte[] WrappedKey);
}
