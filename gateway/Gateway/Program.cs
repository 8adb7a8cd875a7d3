using Partnership.Gateway;

WebApplication app;
try
{
    app = GatewayHost.Build(args);
}
catch (InvalidAgreementException invalid)
{
    await Console.Error.WriteLineAsync(invalid.Message);
    return 1;
}

await using (app)
{
    await app.RunAsync();
}

return 0;
