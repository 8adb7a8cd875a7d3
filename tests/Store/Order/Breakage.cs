namespace Partnership.Tests.Store.Order;

/// <summary>A mistake put in on purpose, to see that the checker finds it.</summary>
public enum Breakage
{
    None,

    /// <summary>The writer takes its numbers before the lock, as one that trusts the sequence would.</summary>
    NumbersBeforeLock,

    /// <summary>The writer locks nothing, as most writers do.</summary>
    NoLock,

    /// <summary>The writer answers before it commits, and does not always get to it.</summary>
    AnswersBeforeCommit,

    /// <summary>The reader moves its checkpoint to the end of the log as it is after the page was read.</summary>
    ReaderRunsAhead,

    /// <summary>The reader reads from its checkpoint instead of after it.</summary>
    ReaderLooksTwice,
}
