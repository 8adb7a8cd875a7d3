using System.Data.Common;
using System.Net.Sockets;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>Tells failures that time mends from those it does not.</summary>
public static class Transient
{
    /// <summary>The database, the broker or the network was away; nothing was wrong with what was being done.</summary>
    public static bool Is(Exception error) => error switch
    {
        EventStoreUnavailableException or TimeoutException or SocketException or IOException => true,
        DbException { IsTransient: true } => true,
        AggregateException several => several.InnerExceptions.All(Is),
        { InnerException: { } inner } => Is(inner),
        _ => false,
    };
}
