namespace Partnership.ServiceDefaults;

/// <summary>Where the broker is; section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    public string Host { get; set; } = "127.0.0.1";
    public int Port { get; set; } = 5672;
    public string VirtualHost { get; set; } = "/";
    public string Username { get; set; } = "";
    public string Password { get; set; } = "";

    /// <summary>Longest wait for the broker's confirm of one message.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A message that waits for one before it is reported each time it has come back this often: every minute, with the
    /// two seconds of the waiting queues.
    /// </summary>
    public int AlertAfterWaits { get; set; } = 30;
}
