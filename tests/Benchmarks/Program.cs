Console.Error.WriteLine("usage: tests/bench [NAME]");
return 2;
