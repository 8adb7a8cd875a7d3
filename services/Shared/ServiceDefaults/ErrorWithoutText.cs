using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Rescue;

namespace Partnership.ServiceDefaults;

/// <summary>Moves a message to the error queue with the type and place of the failure, and without the exception's text.</summary>
internal sealed class ErrorWithoutText : IFilter<ExceptionReceiveContext>
{
    private readonly ErrorTransportFilter errorTransport = new();

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        var described = new FailedConsumerException(Redaction.Describe(context.Exception));
        return ((IFilter<ExceptionReceiveContext>)errorTransport).Send(new RescueExceptionReceiveContext(context, described), next);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("errorWithoutText");
}

/// <summary>Stands for the failure of a consumer in the headers of an error queue; its message holds types and frames only.</summary>
public sealed class FailedConsumerException : Exception
{
    public FailedConsumerException() { }
    public FailedConsumerException(string message) : base(message) { }
    public FailedConsumerException(string message, Exception inner) : base(message, inner) { }
}
