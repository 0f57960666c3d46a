-- What one feed says of some weaknesses is asked at each import: by the feed alone, a whole database would be read for each page of news.
DROP INDEX vulnerabilities_statement_weakness;
DROP INDEX vulnerabilities_statement_advisory;
CREATE INDEX vulnerabilities_statement_weakness ON vulnerabilities_statement (weakness, feed);
CREATE INDEX vulnerabilities_statement_advisory ON vulnerabilities_statement (advisory, feed);
CREATE INDEX vulnerabilities_told_weakness ON vulnerabilities_told (weakness, feed);
