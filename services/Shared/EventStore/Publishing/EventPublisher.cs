using System.Collections.ObjectModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Partnership.EventStore;

/// <summary>
/// Puts events on the bus in order of commit. The log is the outbox: nothing else publishes. A message may be sent twice,
/// with the same id; none is left out.
/// </summary>
internal sealed class EventPublisher(
    EventStoreOptions options, PublicationMapping mapping, IContractPublisher bus, PublicationSignal signal, TimeProvider clock,
    ILogger<EventPublisher> log) : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>How soon another host's append is seen; our own wake us.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeadRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ParkedRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ExpireEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var lead = await PublisherLead.TakeAsync(options.ConnectionString, LeadRetry, stoppingToken);
                retry = FirstRetry;
                await LeadAsync(lead, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DeposedException)
            {
                log.LogInformation("Another host publishes now.");
            }
#pragma warning disable CA1031 // Whatever it was, publication must go on; nothing is lost meanwhile.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // By type: a message may quote what it failed on.
                log.LogWarning("Publication was interrupted and is taken up again: {Failure}", PublicationMapping.ReasonOf(failure));
                await DelayAsync(retry, stoppingToken);
                retry = Longer(retry);
            }
        }
    }

    private async Task LeadAsync(PublisherLead lead, CancellationToken cancellationToken)
    {
        // Which streams wait, and which messages beyond the checkpoint are confirmed already.
        var parked = new HashSet<Guid>();
        var confirmed = new HashSet<long>();
        var retry = FirstRetry;
        var nextParked = clock.GetUtcNow();
        var nextExpiry = clock.GetUtcNow();
        while (true)
        {
            var now = clock.GetUtcNow();
            if (now >= nextParked)
            {
                nextParked = now + ParkedRetry;
                parked = await ResumeParkedAsync(lead, cancellationToken);
            }

            if (now >= nextExpiry)
            {
                nextExpiry = now + ExpireEvery;
                await lead.ExpireAsync(now - Housekeeping.IdempotencyKept, cancellationToken);
            }

            var page = await lead.ReadAsync(PageSize, cancellationToken);
            if (page.Count == 0)
            {
                await signal.WaitAsync(Poll, cancellationToken);
                continue;
            }

            if (await PublishAsync(lead, page, parked, confirmed, cancellationToken))
            {
                retry = FirstRetry;
                continue;
            }

            StoreTelemetry.PublishFailed();
            await DelayAsync(retry, cancellationToken);
            retry = Longer(retry);
        }
    }

    /// <summary>Publishes a page and moves the checkpoint as far as everything is confirmed; false when that is not its end.</summary>
    private async Task<bool> PublishAsync(
        PublisherLead lead, List<PublicationRow> page, HashSet<Guid> parked, HashSet<long> confirmed, CancellationToken cancellationToken)
    {
        var (messages, newlyParked) = await mapping.MapAsync(page, parked, cancellationToken);
        var outcomes = await PublicationSending.SendAsync(
            messages.Where(message => !confirmed.Contains(message.Position)), PublishAsync, cancellationToken);
        var reached = page[^1].Event.Position;
        string? failed = null;
        foreach (var (message, failure) in outcomes)
        {
            if (failure is null)
                confirmed.Add(message.Position);
            else if (failure is UnpublishableException)
                Park(newlyParked, message, failure);
            else
            {
                failed ??= PublicationMapping.ReasonOf(failure);
                reached = Math.Min(reached, message.Position - 1);
            }
        }

        if (failed is not null)
            log.LogWarning("The broker did not confirm; the messages are sent again: {Failure}", failed);
        if (reached > lead.Position)
        {
            var now = clock.GetUtcNow();
            var parking = newlyParked.Where(stream => stream.Position <= reached).ToArray();
            await lead.MoveAsync(reached, parking, now, cancellationToken);
            confirmed.RemoveWhere(position => position <= reached);
            foreach (var stream in parking)
            {
                parked.Add(stream.StreamId);
                StoreTelemetry.StreamParked();
                log.LogError(
                    "Stream {StreamId} is parked: its event {Version} could not be mapped ({Reason}).", stream.StreamId, stream.Version, stream.Reason);
            }

            if (parking.Length > 0)
                StoreTelemetry.ParkedStreams(parked.Count);
        }

        return failed is null;
    }

    /// <summary>The stream waits from this message on, unless it has to wait from an earlier one.</summary>
    private static void Park(List<ParkedStream> parked, Message message, Exception failure)
    {
        var known = parked.FindIndex(stream => stream.StreamId == message.StreamId);
        var here = new ParkedStream(message.StreamId, message.Version, message.Position, PublicationMapping.ReasonOf(failure));
        if (known < 0)
            parked.Add(here);
        else if (parked[known].Version > here.Version)
            parked[known] = here;
    }

    private async Task PublishAsync(Message message, CancellationToken cancellationToken)
    {
        await bus.PublishAsync(message.Contract, message.Id, message.TraceParent, cancellationToken);
        StoreTelemetry.Confirmed(clock.GetUtcNow() - message.At);
    }

    /// <summary>Tries parked streams again, from where each waits: a new version of the service may know better.</summary>
    private async Task<HashSet<Guid>> ResumeParkedAsync(PublisherLead lead, CancellationToken cancellationToken)
    {
        var still = new HashSet<Guid>();
        foreach (var stream in await lead.ParkedAsync(cancellationToken))
        {
            if (!await ResumeAsync(lead, stream, cancellationToken))
                still.Add(stream.StreamId);
        }

        StoreTelemetry.ParkedStreams(still.Count);
        return still;
    }

    /// <summary>True when the stream has caught up with the checkpoint.</summary>
    private async Task<bool> ResumeAsync(PublisherLead lead, ParkedStream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await lead.ReadParkedAsync(stream, PageSize, cancellationToken);
            var (messages, failed) = await mapping.MapAsync(page, ReadOnlySet<Guid>.Empty, cancellationToken);
            foreach (var (message, failure) in await PublicationSending.SendAsync(messages, PublishAsync, cancellationToken))
            {
                if (failure is UnpublishableException)
                    Park(failed, message, failure);
                else if (failure is not null)
                    throw new InvalidOperationException("The messages of a parked stream were not confirmed.", failure);
            }

            if (failed is [var again])
            {
                await lead.UnparkAsync(stream.StreamId, again.Version, cancellationToken);
                return false;
            }

            if (page.Count < PageSize)
            {
                await lead.UnparkAsync(stream.StreamId, null, cancellationToken);
                log.LogInformation("Stream {StreamId} is parked no longer.", stream.StreamId);
                return true;
            }

            stream = stream with { Version = page[^1].Event.Version + 1 };
        }
    }

    private static TimeSpan Longer(TimeSpan retry) => retry * 2 < LongestRetry ? retry * 2 : LongestRetry;

    private static async Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
