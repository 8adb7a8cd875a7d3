using System.Text;
using Partnership.Contracts.Topology;
using Partnership.Tests.Platform.Privacy;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Telemetry;
using Xunit;

namespace Partnership.Tests.Platform.Tracing;

/// <summary>
/// One request is one trace, from the span its client gave it to the row in the ledger; the hosts have been stopped, so
/// every span there is has arrived.
/// </summary>
[Collection(nameof(MarkedPlatform))]
public sealed class TraceTests(MarkedPlatform marked)
{
    private const string Http = "Microsoft.AspNetCore";

    [Fact]
    public void A_submission_is_one_tree_from_the_client_through_gateway_service_and_broker_to_the_consumer()
    {
        var spans = Tree(marked.SubmissionTrace);

        var consumed = spans.Values.Where(span => span is { Service: Services.InformationSharing, Source: "MassTransit" }
            && span.Name.Contains(BusTopology.CaseworkQueue, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(consumed);
        foreach (var span in consumed)
        {
            var way = Way(span, spans);
            Assert.Equal([Services.InformationSharing, Services.Marac, Services.Gateway], way.Select(one => one.Service).Distinct());
            Assert.Contains(way, one => one is { Service: Services.Marac, Source: "Partnership.Publishing" });
            Assert.Contains(way, one => one is { Service: Services.Marac, Source: Http } && one.Name.TrimEnd('/') == "POST /marac/referrals");
            Assert.Contains(way, one => one is { Service: Services.Gateway, Source: "System.Net.Http" or "Yarp.ReverseProxy" });
            Assert.Equal((Http, "POST /marac/referrals"), (way[^1].Source, way[^1].Name));
        }

        // What the consumer writes belongs to the same request.
        Assert.Contains(spans.Values, span => span is { Service: Services.InformationSharing, Source: "Npgsql" } && Way(span, spans).Intersect(consumed).Any());
    }

    [Fact]
    public async Task A_read_is_one_tree_to_the_service_and_to_the_integration_of_its_entry()
    {
        var spans = Tree(marked.ReadTrace);

        var root = spans.Values.Single(span => span.ParentId == marked.ReadTrace.Span);
        Assert.Equal((Services.Gateway, Http, "GET /marac/cases/{id:guid}"), (root.Service, root.Source, root.Name));
        var served = Assert.Single(spans.Values, span => span is { Service: Services.Marac, Source: Http });
        Assert.Equal([Services.Marac, Services.Gateway], Way(served, spans).Select(span => span.Service).Distinct());
        var integrated = Assert.Single(spans.Values, span => span is { Service: Services.InformationSharing, Name: "ledger integrate" });
        Assert.Equal(root.SpanId, integrated.ParentId);

        // The entry itself names the span, and its place in the ledger stands on the span that integrated it.
        var position = await marked.ScalarAsync<long>(marked.Platform.LedgerDatabase, $"select position from ledger.entries where entry_id = '{marked.ReadReceipt}'");
        Assert.Equal(position.ToString(null, null), integrated.Attributes["partnership.ledger.position"]);
        var entry = Encoding.UTF8.GetString(await marked.ScalarAsync<byte[]>(marked.Platform.LedgerDatabase, $"select bytes from ledger.entries where position = {position}"));
        Assert.Contains($"\"traceparent\":\"00-{marked.ReadTrace.Trace}-{root.SpanId}-01\"", entry, StringComparison.Ordinal);
    }

    /// <summary>The spans of a trace by id, once it is shown that they form one tree under the client's span.</summary>
    private Dictionary<string, CollectedSpan> Tree((string Trace, string Span) client)
    {
        var spans = marked.Platform.Telemetry!.Spans.Where(span => span.TraceId == client.Trace).ToDictionary(span => span.SpanId);
        var root = Assert.Single(spans.Values, span => span.ParentId == client.Span);
        Assert.Equal(Services.Gateway, root.Service);
        Assert.Empty(spans.Values.Where(span => span != root && !spans.ContainsKey(span.ParentId)).Select(span => $"{span.Service}: {span.Source} {span.Name}"));
        // Every way up ends at the root, so that there is no ring beside the tree.
        Assert.All(spans.Values, span => Assert.Equal(root, Way(span, spans)[^1]));
        return spans;
    }

    /// <summary>From a span up to the first of its trace.</summary>
    private static List<CollectedSpan> Way(CollectedSpan span, Dictionary<string, CollectedSpan> spans)
    {
        var way = new List<CollectedSpan> { span };
        while (spans.TryGetValue(way[^1].ParentId, out var parent) && way.Count <= spans.Count) way.Add(parent);
        return way;
    }
}
