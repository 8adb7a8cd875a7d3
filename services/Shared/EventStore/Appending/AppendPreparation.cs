using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Partnership.EventStore;

/// <summary>Checks, serialises and seals an append, on its caller's thread.</summary>
internal sealed class AppendPreparation(EventTypes types, PublicationMap publications, KeyRing keys, SearchHasher hasher)
{
    public const string ActorHeader = "actor";
    public const string TraceHeader = "traceparent";

    /// <exception cref="ArgumentException">Not a sensible append.</exception>
    /// <exception cref="ScopeErasedException">A scope's key has been destroyed.</exception>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<PreparedAppend> PrepareAsync(Append append, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(append);
        cancellationToken.ThrowIfCancellationRequested();
        // A message without an effect still counts as applied: those after it wait for its number.
        if (append.Streams.Count == 0 && append.Inbox is null)
            throw new ArgumentException("An append touches at least one stream.", nameof(append));
        var headers = HeadersOf(append.Headers);
        var streams = new PreparedStream[append.Streams.Count];
        var events = new List<PreparedEvent>();
        var views = new List<PreparedView>();
        var touches = new HashSet<object>();
        var hasPublished = false;
        for (var i = 0; i < streams.Length; i++)
        {
            var stream = append.Streams[i];
            if (stream.ExpectedVersion < 0 || !touches.Add(stream.StreamId))
                throw new ArgumentException("A stream stands once in an append, with the version it is expected to have.", nameof(append));
            var key = await keys.ForWritingAsync(stream.Seal, cancellationToken);
            var version = stream.ExpectedVersion;
            var published = 0;
            foreach (var added in stream.Events)
            {
                var type = added.Data.GetType();
                var isPublished = publications.IsPublished(type);
                hasPublished |= isPublished;
                events.Add(new(
                    stream.StreamId, ++version, added.Id, types.NameOf(type), EventCodec.Encode(added.Data, stream.StreamId, added.Id, key),
                    added.At.UtcDateTime, append.Headers.CorrelationId, headers, isPublished ? ++published : 0));
            }

            foreach (var row in stream.Views)
            {
                if (!touches.Add((row.View, row.Id)))
                    throw new ArgumentException("A view row stands once in an append.", nameof(append));
                views.Add(new(
                    row.View, row.Id, row.Version, EventCodec.EncodeView(row.View, row.Id, row.Body.Span, key), key.Id, ReachOf(row), row.SortKey, row.Search));
            }

            streams[i] = new(
                stream.StreamId, stream.StreamType, stream.ExpectedVersion, version,
                stream.Events.Count == 0 ? DateTime.UnixEpoch : stream.Events[^1].At.UtcDateTime, key.Id);
        }

        PreparedIdempotency? idempotency = null;
        if (append.Idempotency is { } answer)
        {
            idempotency = new(hasher.Key(answer.Key), answer.BodyHash, answer.Status, answer.Location, answer.Subject, answer.At.UtcDateTime);
            touches.Add(Convert.ToHexString(idempotency.Key));
        }

        if (append.Inbox is { } message)
            touches.Add((message.Consumer, message.StreamId, "inbox"));
        return new()
        {
            Streams = streams,
            Events = [.. events],
            Views = [.. views],
            Idempotency = idempotency,
            Inbox = append.Inbox,
            Touches = [.. touches],
            HasPublished = hasPublished,
            Caller = Activity.Current?.Context ?? default,
        };
    }

    private static string ReachOf(ViewRow row) =>
        row.Reach.Any(code => code.Length == 0 || code.Contains(AppendStatement.ReachSeparator, StringComparison.Ordinal))
            ? throw new ArgumentException("A reach holds codes: not empty, without control characters.", nameof(row))
            : string.Join(AppendStatement.ReachSeparator, row.Reach);

    private static byte[] HeadersOf(EventHeaders headers)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WritePropertyName(ActorHeader);
        try
        {
            writer.WriteRawValue(headers.Actor);
        }
        catch (JsonException)
        {
            // Without the inner exception: it would quote the value.
            throw new ArgumentException("The actor is not JSON.", nameof(headers));
        }

        if (headers.TraceParent is { } trace)
            writer.WriteString(TraceHeader, trace);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
