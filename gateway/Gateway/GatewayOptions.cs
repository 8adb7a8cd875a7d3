namespace Partnership.Gateway;

/// <summary>Settings of the gateway itself; section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Answers about hidden and unknown records leave at multiples of this after arrival.</summary>
    public TimeSpan HiddenAnswerStep { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Largest answer of a service that is looked at; larger ones are not released.</summary>
    public int MaxAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Largest body of a command.</summary>
    public int MaxCommandBytes { get; set; } = 1024 * 1024;

    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
