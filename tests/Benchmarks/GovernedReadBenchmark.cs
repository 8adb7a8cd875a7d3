using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Gateway.Callers;
using Partnership.Tests.Support.Hosts;
using Yarp.ReverseProxy.Forwarder;

namespace Partnership.Tests.Benchmarks;

/// <summary>
/// A governed read (token, decision, filter, durable entry) against plain YARP that checks the same token and forwards the
/// same body from the same service. Rounds of the two alternate; the ratio is that of the medians. A governed round ends
/// only when the ledger has taken in every entry of it, so that work left in the queue is not counted as done.
/// </summary>
public static class GovernedReadBenchmark
{
    private const int Rounds = 7;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);
    private static readonly Guid CaseId = Guid.CreateVersion7();

    public static async Task<int> RunAsync()
    {
        await using var service = await StubServiceAsync();
        await using var platform = await RunningPlatform.StartAsync(new PlatformOptions
        {
            Settings = new Dictionary<(string, string), string?>
            {
                [(Services.Gateway, "Services:marac")] = service.Urls.First(),
                // One person asks for everything here.
                [(Services.Gateway, "Gateway:RateLimits:PersonPerSecond")] = "10000000",
                [(Services.Gateway, "Gateway:RateLimits:PersonBurst")] = "10000000",
                [(Services.Gateway, "Gateway:RateLimits:AgencyPerSecond")] = "10000000",
                [(Services.Gateway, "Gateway:RateLimits:AgencyBurst")] = "10000000",
            },
        });
        await using var plain = await PlainYarpAsync(platform.Issuer, service.Urls.First());
        var token = platform.Issuer.Token("pvp");
        var met = true;
        foreach (var connections in new[] { 1, 16, 64 })
        {
            await using var ledger = NpgsqlDataSource.Create(platform.Postgres.To(platform.LedgerDatabase));
            using var client = Client(connections);
            var governedUri = new Uri(platform.Gateway, $"/marac/cases/{CaseId}");
            var plainUri = new Uri($"{plain.Urls.First()}/marac/cases/{CaseId}");
            await LoadAsync(client, governedUri, token, connections, TimeSpan.FromSeconds(2));
            await LoadAsync(client, plainUri, token, connections, TimeSpan.FromSeconds(2));

            List<double> governed = [], forwarded = [], confirmed = [];
            for (var round = 0; round < Rounds; round++)
            {
                forwarded.Add((await LoadAsync(client, plainUri, token, connections, Round)).PerSecond);
                var before = await EntriesAsync(ledger);
                var watch = Stopwatch.StartNew();
                var load = await LoadAsync(client, governedUri, token, connections, Round);
                confirmed.Add(load.PerSecond);
                while (await EntriesAsync(ledger) < before + load.Requests) await Task.Yield();
                governed.Add(load.Requests / watch.Elapsed.TotalSeconds);
            }

            var ratio = Median(governed) / Median(forwarded);
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"governed-read connections={connections} ratio={ratio:F2} governed={Median(governed):F0}/s plain={Median(forwarded):F0}/s before-drain={Median(confirmed):F0}/s");
            if (connections < 64)
            {
                Console.WriteLine($"REPORT {text}");
                continue;
            }

            met = ratio >= 0.70;
            Console.WriteLine($"BUDGET {text} target=0.70 {(met ? "met" : "missed")}");
        }

        return met ? 0 : 1;
    }

    /// <summary>Requests of so many connections at once, each as fast as it is answered.</summary>
    private static async Task<(long Requests, double PerSecond)> LoadAsync(HttpMessageInvoker client, Uri uri, string token, int connections, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var requests = 0L;
            while (watch.Elapsed < duration)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, uri);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                request.Headers.TryAddWithoutValidation("Sharing-Purpose", Purposes.MaracMeeting);
                using var response = await client.SendAsync(request, CancellationToken.None);
                var body = await response.Content.ReadAsByteArrayAsync();
                if (response.StatusCode != HttpStatusCode.OK || body.Length < 7000)
                    throw new InvalidOperationException($"{uri.Port} answered {(int)response.StatusCode} with {body.Length} bytes.");
                requests++;
            }

            return requests;
        })));
        return (counts.Sum(), counts.Sum() / watch.Elapsed.TotalSeconds);
    }

    /// <summary>Disclosures of the case in the ledger.</summary>
    private static async Task<long> EntriesAsync(NpgsqlDataSource ledger)
    {
        await using var command = ledger.CreateCommand("select coalesce(max(position) + 1, 0) from ledger.entries");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static HttpMessageInvoker Client(int connections) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = connections,
        ActivityHeadersPropagator = null,
    });

    /// <summary>Answers every read with one ready envelope of about 8 KB, so that what is measured is the way to the client.</summary>
    private static async Task<WebApplication> StubServiceAsync()
    {
        var envelope = Envelope();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/marac/cases/{id}", async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = envelope.Length;
            await http.Response.Body.WriteAsync(envelope);
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>The peer: the same token check, then YARP as it comes.</summary>
    private static async Task<WebApplication> PlainYarpAsync(TestIssuer issuer, string destination)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var tokens = new TokenValidator([new IssuerOptions { Issuer = issuer.Issuer, MetadataAddress = issuer.MetadataAddress }], TimeProvider.System);
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        });
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        app.Map("/{**rest}", async http =>
        {
            if (await tokens.ValidateAsync(http.Request.Headers.Authorization, http.RequestAborted) is null)
            {
                http.Response.StatusCode = 401;
                return;
            }

            await forwarder.SendAsync(http, destination, invoker, ForwarderRequestConfig.Empty, HttpTransformer.Default);
        });
        await app.StartAsync();
        return app;
    }

    private static byte[] Envelope()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
        var people = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        var text = string.Concat(Enumerable.Repeat("He waited outside her work again and followed the bus; she is afraid of going home. ", 60));
        return JsonSerializer.SerializeToUtf8Bytes(
            new RecordEnvelope<CaseView>
            {
                Type = RecordTypes.MaracCase,
                Id = CaseId,
                Facts = new RecordFacts
                {
                    Version = 7,
                    State = "ACCEPTED",
                    Scheme = "marac",
                    Subjects = people,
                    Members = [new MemberFact("CON", "PVP"), new MemberFact("CKH", null), new MemberFact("CFRS", null)],
                    Relations = [new RelationFact(RelationKinds.KnownTo, "CFRS", null, [people[2]], "somebody", now)],
                    Conflicts = [new ConflictFact(null, "Nobody Atall"), new ConflictFact(null, "Some Body Else")],
                    HasSummary = true,
                },
                Data = new CaseView
                {
                    Status = CaseStatus.Accepted,
                    Criteria = [ReferralCriterion.VisibleHighRisk],
                    AcceptedUnder = ReferralCriterion.VisibleHighRisk,
                    ThresholdVersion = "2026-1",
                    RepeatDefinitionVersion = "2020",
                    ReferralAt = now,
                    AcceptedAt = now,
                    ReferringAgency = "ICB",
                    ReferringRole = "marac-representative",
                    AwareOfReferral = ConsentAnswer.Yes,
                    ConsentToReferral = ConsentAnswer.Yes,
                    Referrals = [people[0]],
                    Sharing = new SharingView { Members = [], Relations = [], Needs = [] },
                    Victim = new VictimView
                    {
                        PersonId = people[0],
                        Name = "Invented Person",
                        Addresses = [new AddressView { AddressId = people[3], Lines = ["1 Invented Street"], IsConfidential = true, IsCurrent = true }],
                    },
                    Perpetrators = [new PerpetratorView { PersonId = people[1], Name = "Nobody Atall", Relation = "former partner" }],
                    Children = [new ChildView { PersonId = people[2], Name = "Invented Child" }],
                    VulnerableAdults = [],
                    RiskChecklist = new ChecklistView
                    {
                        YesCount = 24,
                        CompletedOn = new DateOnly(2026, 6, 1),
                        Items = [.. ChecklistItems.All.Select(item => new ChecklistItemView { Item = item, Answer = ChecklistAnswer.Yes })],
                    },
                    Narrative = new NarrativeView { LatestIncident = text, ReferrerName = "Invented Nurse", ReferrerPhone = "01632 960001", ReferrerEmail = "nurse@example.nhs.uk" },
                    Summary = "High risk.",
                    Protection = new ProtectionView(),
                },
            },
            WireJson.Options);
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
