namespace Partnership.ServiceDefaults;

/// <summary>
/// Brings messages of one stream, handled side by side by this host, back into the order they came in. Without it a burst
/// would go round by the broker again and again, because one handler was quicker than another.
/// </summary>
internal sealed class StreamLines(TimeProvider clock)
{
    /// <summary>For a message that has been delivered and is not here yet.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);

    /// <summary>A slow handler must not let its stream take all places of this host.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly TimeProvider clock = clock;
    private readonly Dictionary<(string, Guid), Line> lines = [];

    /// <summary>A message is here; it leaves when the place is disposed.</summary>
    public Place Join(string consumer, Guid stream, long number)
    {
        lock (lines)
        {
            if (!lines.TryGetValue((consumer, stream), out var line))
                lines.Add((consumer, stream), line = new());
            line.Present.Add(number);
            line.Change();
            return new(this, (consumer, stream), line, number);
        }
    }

    /// <summary>A message's place among those of its stream that are here.</summary>
    public sealed class Place : IDisposable
    {
        private readonly StreamLines owner;
        private readonly (string, Guid) key;
        private readonly Line line;
        private readonly long number;

        internal Place(StreamLines owner, (string, Guid) key, Line line, long number) =>
            (this.owner, this.key, this.line, this.number) = (owner, key, line, number);

        /// <summary>The number that may be applied next, as far as this host knows; null when it knows nothing.</summary>
        public long? Next
        {
            get
            {
                lock (owner.lines)
                    return line.Next;
            }
        }

        /// <summary>Numbers before this one are applied.</summary>
        public void Learn(long next)
        {
            lock (owner.lines)
            {
                if (next <= (line.Next ?? 0))
                    return;
                line.Next = next;
                line.Change();
            }
        }

        /// <summary>Waits for those before it as long as they are here; false when the next one is not.</summary>
        public async Task<bool> WaitForTurnAsync(CancellationToken cancellationToken)
        {
            var began = owner.clock.GetTimestamp();
            while (true)
            {
                TimeSpan limit;
                Task changed;
                lock (owner.lines)
                {
                    if (number <= line.Next)
                        return true;
                    limit = (line.Present.Contains(line.Next ?? 0) ? Longest : Grace) - owner.clock.GetElapsedTime(began);
                    changed = line.Changed;
                }

                if (limit <= TimeSpan.Zero)
                    return false;
                try
                {
                    await changed.WaitAsync(limit, owner.clock, cancellationToken);
                }
                catch (TimeoutException)
                {
                    // Looked at once more: it may have come at the last moment.
                }
            }
        }

        public void Dispose()
        {
            lock (owner.lines)
            {
                line.Present.Remove(number);
                line.Change();
                if (line.Present.Count == 0)
                    owner.lines.Remove(key);
            }
        }
    }

    internal sealed class Line
    {
        private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>With a number as often as it is here.</summary>
        public List<long> Present { get; } = [];

        public long? Next { get; set; }

        public Task Changed => changed.Task;

        public void Change()
        {
            changed.SetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
