using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Partnership.Ledger;
using Partnership.ServiceDefaults;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Partnership.InformationSharing;

/// <summary>What the rest of the host may ask about the consumer.</summary>
public sealed class LedgerConsumerState
{
    private long caughtUpTicks;

    /// <summary>Consuming from the queue.</summary>
    public bool Connected { get; internal set; }

    /// <summary>Since when nothing has waited behind what was consumed; null while not connected.</summary>
    public DateTimeOffset? CaughtUpSince
    {
        get => Interlocked.Read(ref caughtUpTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        internal set => Interlocked.Exchange(ref caughtUpTicks, value?.UtcTicks ?? 0);
    }
}

/// <summary>
/// Takes batches from the ledger's queue and integrates them. Acknowledges after the commit and never before, never
/// rejects, uses no error queue: what it cannot read it keeps as it is. While the database is away the messages wait.
/// </summary>
public sealed class LedgerConsumer(
    LedgerStore store,
    LedgerSchemaGuard schema,
    LedgerKeys keys,
    AlarmBell bell,
    LedgerMeter meter,
    LedgerConsumerState state,
    IOptions<BusOptions> bus,
    IOptions<LedgerOptions> options,
    TimeProvider clock,
    ILogger<LedgerConsumer> log) : BackgroundService
{
    public const string SourceName = "Partnership.Ledger";
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Null until the queue was first looked at; an alarm of an earlier run may still be open then.</summary>
    private bool? argumentsRight;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = new Pause(clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await schema.EnsureAsync(stoppingToken);
                await ConsumeAsync(pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the entries wait in the queue and we come back for them.
            catch (Exception error)
#pragma warning restore CA1031
            {
                log.LogError(error, "The ledger's consumer lost the queue or the database; it comes back");
            }
            finally
            {
                state.Connected = false;
                state.CaughtUpSince = null;
            }

            await pause.WaitAsync(stoppingToken);
        }
    }

    private async Task ConsumeAsync(Pause pause, CancellationToken stoppingToken)
    {
        var factory = bus.Value.ToConnectionFactory("information-sharing ledger");
        await using var connection = await factory.CreateConnectionAsync(stoppingToken);
        await EnsureQueueAsync(connection, stoppingToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        await channel.BasicQosAsync(0, options.Value.Prefetch, global: false, stoppingToken);
        var deliveries = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
        var receiver = new Receiver(channel, deliveries.Writer);
        await channel.BasicConsumeAsync(LedgerQueue.Name, autoAck: false, receiver, stoppingToken);
        await channel.BasicConsumeAsync(LedgerQueue.Dropped, autoAck: false, receiver, stoppingToken);
        state.Connected = true;
        state.CaughtUpSince = clock.GetUtcNow();

        var round = new List<Delivery>();
        var dropsKnown = false;
        while (await deliveries.Reader.WaitToReadAsync(stoppingToken))
        {
            round.Clear();
            while (round.Count < options.Value.Prefetch && deliveries.Reader.TryRead(out var delivery)) round.Add(delivery);
            await IntegrateAsync(round, connection, stoppingToken);
            await channel.BasicAckAsync(round[^1].Tag, multiple: true, stoppingToken);
            pause.Reset();
            if (!dropsKnown && round.Exists(delivery => delivery.WasDropped))
            {
                dropsKnown = true;
                await bell.RaiseAsync(new Alarm(AlarmKinds.QueueDrops, null, Moment()), stoppingToken);
            }

            if (round.Count >= options.Value.Prefetch) state.CaughtUpSince = clock.GetUtcNow();
        }

        if (receiver.CancelledByBroker)
            await bell.RaiseAsync(new Alarm(AlarmKinds.QueueDeleted, null, Moment()), stoppingToken);
        throw new IOException("The broker ended the delivery of ledger entries.");
    }

    /// <summary>Finds the queue, or declares it again. Consumes from it in any case: whatever is in it is not to be lost.</summary>
    private async Task EnsureQueueAsync(IConnection connection, CancellationToken cancellationToken)
    {
        if (!await DeclareAsync(channel => channel.QueueDeclarePassiveAsync(LedgerQueue.Name, cancellationToken), Constants.NotFound))
            await bell.RaiseAsync(new Alarm(AlarmKinds.QueueMissing, null, Moment()), cancellationToken);
        var right = await DeclareAsync(channel => LedgerQueue.DeclareAsync(channel, cancellationToken), Constants.PreconditionFailed);
        if (right != argumentsRight)
        {
            if (right) await bell.MendAsync(AlarmKinds.QueueArguments, cancellationToken);
            else await bell.RaiseAsync(new Alarm(AlarmKinds.QueueArguments, null, Moment()), cancellationToken);
        }

        argumentsRight = right;

        async Task<bool> DeclareAsync(Func<IChannel, Task> declare, ushort refusal)
        {
            // The broker closes the channel with its refusal.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                await declare(channel);
                return true;
            }
            catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == refusal)
            {
                return false;
            }
        }
    }

    /// <summary>Returns once every delivery of the round stands in the database; waits for the database as long as the broker lets us.</summary>
    private async Task IntegrateAsync(List<Delivery> round, IConnection connection, CancellationToken stoppingToken)
    {
        var gateways = keys.Gateways;
        IReadOnlyList<IReadOnlyList<Delivered>> parts = [[.. round.Select(d => Delivered.Read(d.Body, gateways))]];
        var pause = new Pause(clock);
        while (parts.Count > 0)
        {
            try
            {
                Report(await store.IntegrateAsync(parts[0], stoppingToken));
                parts = [.. parts.Skip(1)];
                pause.Reset();
            }
            catch (Exception refused) when (!LedgerFailures.MendsWithTime(refused) && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(refused, "The database refused {Count} ledger messages", parts[0].Count);
                if (parts[0].Count > 1)
                {
                    // One of them is at fault; the others must not suffer for it.
                    parts = [.. parts[0].Select(m => (IReadOnlyList<Delivered>)[m]), .. parts.Skip(1)];
                    continue;
                }

                await KeepAsideAsync(parts[0][0], pause, connection, stoppingToken);
                parts = [.. parts.Skip(1)];
            }
            catch (Exception away) when (LedgerFailures.MendsWithTime(away) && connection.IsOpen)
            {
                log.LogWarning(away, "The ledger's database is away; {Count} messages wait", round.Count);
                await pause.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task KeepAsideAsync(Delivered message, Pause pause, IConnection connection, CancellationToken stoppingToken)
    {
        var alarm = new Alarm(AlarmKinds.NotStorable, message.Batch?.Instance, Convert.ToHexStringLower(message.Hash.AsSpan(0, 8)));
        while (true)
        {
            try
            {
                bell.Announce(await store.KeepAsideAsync(message, alarm, stoppingToken), []);
                return;
            }
            catch (Exception away) when (LedgerFailures.MendsWithTime(away) && connection.IsOpen)
            {
                await pause.WaitAsync(stoppingToken);
            }
        }
    }

    private void Report(Integrated done)
    {
        meter.Entries.Add(done.Plan.Entries.Count);
        meter.Duplicates.Add(done.Plan.Duplicates);
        bell.Announce(done.Raised, done.Cleared);
        if (!Source.HasListeners()) return;
        foreach (var entry in done.Plan.Entries)
        {
            if (entry.Index is null || !ActivityContext.TryParse(entry.Index.TraceParent, null, isRemote: true, out var parent)) continue;
            using var activity = Source.StartActivity("ledger integrate", ActivityKind.Consumer, parent);
            activity?.SetTag("partnership.ledger.position", entry.Position);
        }
    }

    private string Moment() => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private readonly record struct Delivery(ulong Tag, ReadOnlyMemory<byte> Body, bool WasDropped);

    /// <summary>Passes deliveries on, and completes when there will be no more.</summary>
    private sealed class Receiver(IChannel channel, ChannelWriter<Delivery> deliveries) : AsyncDefaultBasicConsumer(channel)
    {
        public bool CancelledByBroker { get; private set; }

        public override Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            // The client reuses the memory once this returns.
            deliveries.TryWrite(new Delivery(deliveryTag, body.ToArray(), exchange == LedgerQueue.Dropped));
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            CancelledByBroker = true;
            deliveries.TryComplete();
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }

        public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
        {
            deliveries.TryComplete();
            return base.HandleChannelShutdownAsync(channel, reason);
        }
    }
}

/// <summary>Longer and longer waits, up to five seconds, until something works again.</summary>
internal sealed class Pause(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(5);
    private TimeSpan next = Shortest;

    public void Reset() => next = Shortest;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = next;
        next = next * 2 < Longest ? next * 2 : Longest;
        await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
