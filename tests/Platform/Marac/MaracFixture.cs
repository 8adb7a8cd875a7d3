using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Partnership.EventStore;
using Partnership.Marac;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary>The MARAC service alone, the real program on real PostgreSQL, spoken to as the gateway does. No broker: casework goes on.</summary>
public sealed class MaracFixture : IAsyncLifetime
{
    private readonly byte[] internalKey = RandomNumberGenerator.GetBytes(32);
    private readonly string folder = Directory.CreateTempSubdirectory("partnership-marac-").FullName;
    private readonly HttpClient http = new();
    private PostgresServer postgres = null!;
    private string database = "";
    private string keyDatabase = "";
    private WebApplication app = null!;

    public IServiceProvider Services => app.Services;

    public WebApplication Host => app;

    public async ValueTask InitializeAsync()
    {
        postgres = await SharedServers.PostgresAsync();
        await postgres.EnsureRoleAsync("marac_migrator");
        await postgres.EnsureRoleAsync("marac");
        database = await postgres.CreateDatabaseAsync("marac", "marac_migrator");
        keyDatabase = await postgres.CreateDatabaseAsync("marac_keys", "marac_migrator");
        var settings = new Dictionary<string, string?>
        {
            ["EventStore:ConnectionString"] = postgres.To(database, "marac"),
            ["EventStore:KeyConnectionString"] = postgres.To(keyDatabase, "marac"),
            ["EventStore:MigratorConnectionString"] = postgres.To(database, "marac_migrator"),
            ["EventStore:KeyMigratorConnectionString"] = postgres.To(keyDatabase, "marac_migrator"),
            ["EventStore:RuntimeRole"] = "marac",
            ["EventStore:WrappingKeyFile"] = KeyFile("wrapping", RandomNumberGenerator.GetBytes(32)),
            ["EventStore:SearchKeyFile"] = KeyFile("search", RandomNumberGenerator.GetBytes(32)),
            ["Internal:KeyFile"] = KeyFile("internal", internalKey),
            ["Partnership:File"] = Path.Combine(Repository.Root, "deploy", "partnership.yaml"),
            ["Bus:Port"] = "1",
            ["Logging:LogLevel:Default"] = "Error",
            ["urls"] = "http://127.0.0.1:0",
        };
        app = MaracHost.Build([], builder => builder.Configuration.AddInMemoryCollection(settings));
        await EventStoreMigration.MigrateAsync(app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<EventStoreOptions>>().Value);
        await app.StartAsync();
        http.BaseAddress = new Uri(app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await postgres.DropDatabaseAsync(database);
        await postgres.DropDatabaseAsync(keyDatabase);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A request with an internal token for exactly it.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, Caller caller, JsonNode? body = null, long? factsVersion = null, string? idempotencyKey = null,
        params string[] reach)
    {
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        var address = new Uri(http.BaseAddress!, path);
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (idempotencyKey is not null) request.Headers.Add(Idempotency.HeaderName, idempotencyKey);
        request.Headers.Add(InternalToken.HeaderName, InternalTokens.Mint(
            new InternalToken
            {
                Id = InternalTokens.NewId(),
                Audience = "marac",
                IssuedAt = TimeProvider.System.GetUtcNow(),
                Method = method.Method,
                Path = address.AbsolutePath,
                Query = address.Query,
                BodyDigest = InternalTokens.BodyDigest(bytes),
                Caller = caller,
                FactsVersion = factsVersion,
                Reach = reach,
            },
            internalKey));
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, response.Headers.Location?.OriginalString, text);
    }

    /// <summary>In how many places a text stands in the clear: events, headers, views, search terms, idempotency rows.</summary>
    public async Task<long> CountInDatabaseAsync(string text)
    {
        await using var connection = new Npgsql.NpgsqlConnection(postgres.To(database));
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            """
            select (select count(*) from mt_events e where e::text ilike '%' || $1 || '%')
                + (select count(*) from mt_streams s where s::text ilike '%' || $1 || '%')
                + (select count(*) from partnership.views v where v::text ilike '%' || $1 || '%' or position(convert_to($1, 'UTF8') in v.body) > 0)
                + (select count(*) from partnership.search_terms t where t::text ilike '%' || $1 || '%')
                + (select count(*) from partnership.idempotency i where i::text ilike '%' || $1 || '%')
            """, connection);
        command.Parameters.Add(new Npgsql.NpgsqlParameter<string> { TypedValue = text });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A connection as the superuser, to look and to break things.</summary>
    public async Task<Npgsql.NpgsqlConnection> ConnectAsync()
    {
        var connection = new Npgsql.NpgsqlConnection(postgres.To(database));
        await connection.OpenAsync();
        return connection;
    }

    private string KeyFile(string name, byte[] key)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, Convert.ToBase64String(key));
        return path;
    }
}

/// <summary>What the service answered.</summary>
public sealed record Answer(int Status, string? Location, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Code => Status >= 400 && Text.Length > 0 ? (string?)Json["code"] : null;
}
