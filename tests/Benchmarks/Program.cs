using Partnership.Tests.Benchmarks;

if (args.Length == 0 || args.Contains("governed-read")) await GovernedReadBenchmark.RunAsync();
return 0;
